import { expect, it } from "vitest";
import { SessionProbe } from "../../../../assembly/testing/session-probe.support.js";
import { message, source, startup } from "./sessions.support.js";

const USER = [["user", "ann"]] as const;
const OLD = startup(USER, 131072);
const NEW = startup(USER, 327680);

it("refuses versions other than 3 in PostgreSQL's words, and counts them", async () => {
  const probe = await SessionProbe.of(source);
  for (const bytes of [OLD, NEW]) {
    const { opened, closed, client } = probe.converse([{ from: "Client", bytes }]);
    expect([opened, closed]).toEqual([false, true]);
    expect(client.toString()).toMatch(/^E.*SFATAL\0.*C08P01\0Mthe proxy reads protocol 3/s);
  }
  expect(probe.metric("refused")).toBe(2);
});

it("passes them unseen where it is told to, and counts them", async () => {
  const probe = await SessionProbe.of({ ...source, settings: { unknown: "pass" } });
  const answer = Buffer.from("whatever a server of that version says");
  for (const bytes of [OLD, NEW]) {
    const heard = probe.converse([
      { from: "Client", bytes },
      { from: "Server", bytes: answer },
    ]);
    expect([heard.opened, heard.server, heard.client]).toEqual([true, bytes, answer]);
  }
  expect([probe.metric("opaque"), probe.metric("refused")]).toEqual([2, 0]);
});

it("reads minor versions of 3, whatever the server settles on", async () => {
  const probe = await SessionProbe.of(source);
  const negotiate = message("v", Buffer.from([0, 3, 0, 0, 0, 0, 0, 1, ...Buffer.from("_pq_.x\0")]));
  const bytes = startup([...USER, ["_pq_.x", "1"]], 196610);
  const heard = probe.converse([
    { from: "Client", bytes },
    { from: "Server", bytes: negotiate },
  ]);
  expect([heard.server, heard.client]).toEqual([bytes, negotiate]);
  expect([probe.metric("opaque"), probe.metric("refused")]).toEqual([0, 0]);
});

it("passes messages of a type that it does not know, in both directions", async () => {
  const probe = await SessionProbe.of(source);
  const strange = [message("!", "from the client"), message("?", "from the server")] as const;
  const heard = probe.converse([
    { from: "Client", bytes: startup(USER) },
    { from: "Server", bytes: message("Z", "I") },
    { from: "Client", bytes: strange[0] },
    { from: "Server", bytes: strange[1] },
  ]);
  expect(heard.server.subarray(-strange[0].length)).toEqual(strange[0]);
  expect(heard.client.subarray(-strange[1].length)).toEqual(strange[1]);
  expect(heard.badFrames).toBe(0);
});
