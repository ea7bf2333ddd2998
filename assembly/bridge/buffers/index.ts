export { Body } from "./body";
export { Carry } from "./carry";
export { FrameInput, Input, keptOf, lengthOf } from "./frame-input";
export { KeptFrame } from "./kept-frame";
export { Pool } from "./pool";
export { StreamTable } from "./stream-table";
