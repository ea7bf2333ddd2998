export { SourceMap, sourceMapBeside } from "./source-map.js";
