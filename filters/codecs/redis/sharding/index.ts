export { shardOf } from "./shard";
export { joinAnswers, partsOf, writePart } from "./split";
