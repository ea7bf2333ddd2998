export { Http1Events, Http1Receiver } from "./receiver";
export { writeBody, writeHeader, writeNumber, writeStatusLine } from "./writer";
