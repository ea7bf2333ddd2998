export { RedisSession } from "./session";
