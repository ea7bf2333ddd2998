import type { Command } from "commander";
import { addBootstrap } from "./bootstrap.js";
import { addCodec } from "./codec.js";
import { addControl } from "./control.js";
import { addDecode } from "./decode.js";
import { addHost } from "./host.js";
import { addInspect } from "./inspect.js";
import { addNew } from "./new.js";
import { addRun } from "./run.js";
import { addStatus } from "./status.js";
import { addSymbolize } from "./symbolize.js";
import { addTap } from "./tap.js";
import { addTrace } from "./trace.js";
import { addUp } from "./up.js";

/** Every command, in the order of the help text. */
export const COMMANDS: readonly ((command: Command) => void)[] = [
  addUp,
  addControl,
  addHost,
  addStatus,
  addTap,
  addBootstrap,
  addNew,
  addInspect,
  addRun,
  addTrace,
  addSymbolize,
  addCodec,
  addDecode,
];
