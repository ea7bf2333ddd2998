export { Entries, Serialization } from "./serialization";
