export { applicationExceptionType, firstField, VOID, writeApplicationException } from "./result";
export { Walked } from "./values";
export { StructWalk } from "./walk";
