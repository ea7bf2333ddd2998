export { Algorithm, algorithmOf } from "./algorithm";
export { Found, KeySet } from "./key-set";
export { RemoteKeys, Waiter } from "./remote-keys";
export { RemoteKeySets } from "./remote-key-sets";
