import { Status } from "../abi.js";
import type { ForeignFunction } from "../services.js";
import { readFields } from "./fields.js";

export const clearRouteCache: ForeignFunction = (_argument, context) => {
  context.clearRouteCache();
  return Status.Ok;
};

/** SetEnvoyFilterStateArguments {1 path, 2 value, 3 span}. */
export const setEnvoyFilterState: ForeignFunction = (argument, context) => {
  const fields = readFields(argument);
  if (!fields) return Status.BadArgument;
  return context.setFilterState(fields.text(1), fields.bytes(2), fields.number(3));
};

/** DeclarePropertyArguments {1 name, 2 readonly, 3 type, 4 schema, 5 span}. */
export const declareProperty: ForeignFunction = (argument, context) => {
  const fields = readFields(argument);
  if (!fields) return Status.BadArgument;
  const path = Buffer.from(fields.bytes(1)).toString("latin1");
  return context.declareProperty(path, { readOnly: fields.number(2) !== 0, span: fields.number(5) });
};
