export { Fastjson2 } from "./fastjson2";
