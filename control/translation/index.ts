export { attributeHeader } from "./attribute-header.js";
export { type FlowPlan, flowPlan } from "./flow-plan.js";
export { type Outlook, outlookOf } from "./outlook.js";
export type { Resources } from "./resources.js";
export { type Serials, serialNumbers } from "./serials.js";
export { rulesOf } from "./steps/routes.js";
export { translate } from "./translate.js";
