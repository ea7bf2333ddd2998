export { RouteSettings } from "./route-settings";
