export { ASSIGNMENT_FIELDS, describeAssignment } from "./assignment.js";
export { bareEndpoint, type EndpointDescription, endpointName, LiveEndpoint } from "./endpoint.js";
export { HostSet } from "./host-set.js";
export { PrioritySet } from "./priority-set.js";
