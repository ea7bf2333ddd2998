export { claimOf, claimText, claimValues } from "./claims";
export { Refusal, refusalStatus, refusalWords } from "./refusal";
export { Token } from "./token";
