export { wakeDue } from "./deadlines";
export { Flow } from "./flow";
export { FlowClient, Flows, Passed } from "./flows";
