export { Arguments } from "./arguments";
export { integerOf } from "./number";
export { Element, ReplyWalk } from "./reply";
export { RequestWalk, Walked } from "./request";
export { beginError, endLine, writeArray, writeBulk, writeInteger, writeNull, writeSimple, writeText } from "./write";
