import { readFileSync } from "node:fs";
import { wat } from "../../../host/vm/spec/kit.support.js";
import type { Case, Module } from "../case.js";

const written =
  (name: string): Module =>
  () =>
    wat(readFileSync(new URL(`../modules/${name}.wat`, import.meta.url), "utf8"));

/** Modules written by hand: older ABIs, and what is not of proxy-wasm. */
export const MODULES: readonly Case[] = [
  {
    name: "wat-abi-0-1-0",
    module: written("abi-0-1-0"),
    configuration: "as it is",
    http: [{}],
    until: /done/,
  },
  {
    name: "wat-abi-0-2-0-wasi",
    module: written("wasi"),
    environment: { NAME: "value" },
    http: [{}],
    until: /warn/,
  },
];
