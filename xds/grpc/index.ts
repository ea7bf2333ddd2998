export { grpcMethod, grpcService } from "./service.js";
