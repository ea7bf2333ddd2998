import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { codecSpeeds } from "./codecs.js";
import { componentFigures, componentTable } from "./component/index.js";
import { filterFigures, filterTable } from "./filter/index.js";
import { measure } from "./measure.js";
import type { Measurement } from "./measurement.js";
import { scenarios } from "./scenarios.js";
import { Site } from "./site.js";
import { tables, withFigures } from "./table.js";

const USAGE = `npm run bench -- [--only dubbo,thrift] [--json FILE] [--markdown FILE] [--quick] [--rounds N] [--seconds N]

CPU for each request of the proxy's process, for each protocol: Meltemi's lane on Envoy, Envoy's own filter for that
protocol, plain TCP and, for Dubbo, plain HTTP through the same Envoy, and Meltemi's host, taken in turn. Then MB/s of
each codec alone. Beside protocols: «filters», what each HTTP filter adds to a request, and «egress», one backend connection
for all callers beside one for each request under way. At the end, header-mutation in a plain HTTP listener, of the host, of
Envoy, and the same in plain JavaScript; not with --only. «component»: what a codec's component costs to call.

--only      these protocols, or what is beside them
--json      writes an array of {path, protocol, bytes, depth, connections, cpuPerRequestUs, requestsPerSecond, p99Ms?,
            backendConnections?}
--markdown  puts the tables into this file, between its marks
--quick     one round of one second, two loads a protocol
--rounds    rounds for each load; the median counts (3)
--seconds   how long each path is pushed in each round (1.5)`;

const COMPONENT = "component";

const { values: options } = parseArgs({
  options: {
    only: { type: "string" },
    json: { type: "string" },
    markdown: { type: "string" },
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    seconds: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (options.help) {
  console.log(USAGE);
  process.exit(0);
}

const effort = {
  rounds: positive("rounds", options.rounds) ?? (options.quick ? 1 : 3),
  seconds: positive("seconds", options.seconds) ?? (options.quick ? 1 : 1.5),
};
const document = options.markdown === undefined ? undefined : readFileSync(options.markdown, "utf8");
if (document !== undefined) withFigures(document, ""); // Better now than after all the measuring.

const envoy = process.env["MELTEMI_ENVOY"];
if (envoy === undefined) console.log("Envoy: skipped, there is none here; the host is measured alone");
const only = options.only?.split(",");
const found = await scenarios(only?.filter((name) => name !== COMPONENT));
const measurements: Measurement[] = [];
for (const [protocol, scenario] of found.all) {
  const missing = scenario.missing?.();
  if (missing !== undefined) {
    console.log(`${protocol}: skipped, ${missing}`);
    continue;
  }
  const site = new Site(envoy);
  try {
    const loads = options.quick ? scenario.loads.slice(0, 2) : scenario.loads;
    measurements.push(...(await measure(protocol, scenario, loads, site, effort)));
  } finally {
    await site.close();
  }
}
const codecs = await codecSpeeds(found.protocols, effort.seconds, (codec) =>
  console.log(`${codec} alone: skipped, it registers no codec of frames, and no sessions are recorded`),
);
const particular = Object.fromEntries(
  [...found.all].flatMap(([name, { table }]) => (table === undefined ? [] : [[name, table] as const])),
);
const alone = [];
if (only === undefined) alone.push(filterTable(await filterFigures(envoy, effort)));
if (only === undefined || only.includes(COMPONENT)) alone.push(componentTable(await componentFigures(effort)));
const figures = [tables(measurements, codecs, particular), ...alone].filter((text) => text !== "").join("\n\n");
console.log(`\n${figures}`);
if (options.json) writeFileSync(options.json, `${JSON.stringify(measurements, null, 2)}\n`);
if (options.markdown && document) writeFileSync(options.markdown, withFigures(document, figures));

function positive(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name}: expected a number above 0, found ${text}`);
  return value;
}
