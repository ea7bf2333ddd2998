export { HealthChecker } from "./checker.js";
export { HEALTH_FIELDS, readHealthChecks } from "./settings.js";
