export { FlowClient } from "./client";
export { wakeDue } from "./deadlines";
export { Flow } from "./flow";
export { Flows, Passed } from "./flows";
