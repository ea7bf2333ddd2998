import { Status } from "../abi.js";
import { compile, type Expression } from "../cel/index.js";
import { serialise } from "../properties/index.js";
import type { ForeignContext, ForeignFunction } from "../services.js";

const TOKEN_BYTES = 4;

/** The expressions of one plugin by their tokens: 0, 1, 2 … */
class Expressions {
  readonly compiled = new Map<number, Expression>();
  #next = 0;

  /** A number that is not in use; one that is given back comes again only after all others. */
  take(): number {
    while (this.compiled.has(this.#next)) this.#next = (this.#next + 1) >>> 0;
    const token = this.#next;
    this.#next = (token + 1) >>> 0;
    return token;
  }
}

const plugins = new WeakMap<object, Expressions>();

function expressionsOf({ plugin }: ForeignContext): Expressions {
  let found = plugins.get(plugin);
  if (found === undefined) {
    found = new Expressions();
    plugins.set(plugin, found);
  }
  return found;
}

/** A text in CEL → its token, a u32. */
export const createExpression: ForeignFunction = (argument, context) => {
  const expression = compile(Buffer.from(argument).toString("utf8"));
  if (expression === "malformed") return Status.BadArgument;
  const expressions = expressionsOf(context);
  // Envoy takes the token before it looks for the functions.
  const token = expressions.take();
  if (expression === "unknown function") return Status.BadArgument;
  expressions.compiled.set(token, expression);
  const answer = Buffer.alloc(TOKEN_BYTES);
  answer.writeUInt32LE(token);
  return answer;
};

/** A token → the value, written as get_property writes it; the properties are those of the context that asks. */
export const evaluateExpression: ForeignFunction = (argument, context) => {
  const token = tokenOf(argument);
  if (token === undefined) return Status.BadArgument;
  const expression = expressionsOf(context).compiled.get(token);
  if (expression === undefined) return Status.NotFound;
  const value = expression((name) => context.property(name));
  return value === undefined ? Status.InternalFailure : (serialise(value) ?? Status.SerializationFailure);
};

/** A token → nothing, also where it is not known. */
export const deleteExpression: ForeignFunction = (argument, context) => {
  const token = tokenOf(argument);
  if (token === undefined) return Status.BadArgument;
  expressionsOf(context).compiled.delete(token);
  return Status.Ok;
};

function tokenOf(argument: Uint8Array): number | undefined {
  return argument.length === TOKEN_BYTES ? Buffer.from(argument).readUInt32LE() : undefined;
}
