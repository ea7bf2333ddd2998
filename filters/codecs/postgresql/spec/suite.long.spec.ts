import { vi } from "vitest";
import { describeSession } from "../../../../assembly/testing/describe-session.support.js";
import { bombs, noStarts, recorded, source } from "./sessions.support.js";

vi.setConfig({ testTimeout: 600_000 });
const access = { rules: [{ action: "deny", statements: ["insert"], tables: ["none"] }] };
// With rules, statements are read to their end, and some are replaced: 50,000 garbled and 50,000 mutated sessions of both.
describeSession("postgresql, as any session, for long", { source, samples: recorded, bombs, noStarts, runs: 10_000 });
describeSession("postgresql with rules, as any session, for long", {
  source: { ...source, settings: { access } },
  samples: () => recorded().filter(({ name }) => name !== "extended.session"), // its insert is denied
  ...{ bombs, noStarts, runs: 10_000 },
});
