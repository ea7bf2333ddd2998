import { expect, test } from "vitest";
import { contract, ONE_BY_ONE, postgresql } from "../../support/index.js";
import { Logs, telemetry } from "../access-log.support.js";
import { openSession } from "./sessions.support.js";

const logs = new Logs();
const labels = {
  method: "%REQ(:METHOD)%",
  user: "%REQ(user)%",
  database: "%REQ(database)%",
  cluster: "%UPSTREAM_CLUSTER%",
  host: "%UPSTREAM_HOST%",
  from: "%UPSTREAM_LOCAL_ADDRESS%",
  received: "%BYTES_RECEIVED%",
  sent: "%BYTES_SENT%",
};

contract(
  "access log of sessions",
  {
    services: {
      sql: {
        routes: [{ to: "v1" }],
        documents: [logs.mesh({ sessions: { labels } }), telemetry("sql", [{ providers: [{ name: "sessions" }] }])],
      },
    },
  },
  (world) => {
    test("a session has one line, when it is over", async () => {
      const before = logs.lines("sessions").length;
      const session = await openSession(world(), "sql", { user: "bob" });
      for (let i = 0; i < 10; i++) await session.query(`select ${i}`);
      expect(logs.lines("sessions")).toHaveLength(before);
      session.destroy();
      const lines = (await logs.after("sessions", before, 1)).map((line) => JSON.parse(line));
      expect(lines).toEqual([
        {
          ...{ method: "CONNECT", user: "bob", database: "main" },
          ...{ cluster: "outbound|9000|v1|sql.test", host: `127.0.0.1:${world().backends.v1.port}` },
          from: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
          ...{ received: expect.any(Number), sent: expect.any(Number) },
        },
      ]);
      expect(lines[0].received).toBeGreaterThan(100);
      expect(lines[0].sent).toBeGreaterThan(200);
    });
  },
  { protocols: [postgresql], lanes: ONE_BY_ONE },
);
