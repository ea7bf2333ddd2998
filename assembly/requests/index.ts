export { allHold, AttributeMatch } from "./attribute-match";
export { anyMatches, Pattern } from "./pattern";
export { PEER, peerName } from "./peer";
export { RequestTarget } from "./target";
export { wholeRequest } from "./whole";
