import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { freePort } from "../control/envoy.support.js";
import { toText } from "./logger.js";

const MAIN = fileURLToPath(new URL("../build/js/cli/main.js", import.meta.url));

let rules: string;
const running = new Set<ChildProcess>();

beforeAll(async () => {
  rules = await mkdtemp(join(tmpdir(), "meltemi-cli-"));
});

afterEach(() => {
  for (const child of running) child.kill("SIGKILL");
});

afterAll(() => rm(rules, { recursive: true }));

/** A running command and what it has said so far. */
class Meltemi {
  out = "";
  err = "";
  readonly ended: Promise<number | null>;

  constructor(readonly child: ChildProcess) {
    running.add(child);
    child.stdout?.on("data", (chunk: Buffer) => {
      this.out += chunk.toString();
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      this.err += chunk.toString();
    });
    this.ended = once(child, "close").then(([code]) => {
      running.delete(child);
      return code;
    });
  }
}

function meltemi(...args: string[]): Meltemi {
  return new Meltemi(spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", "pipe", "pipe"] }));
}

test.each(["", "up", "control", "host", "status", "tap", "bootstrap", "inspect", "run", "trace", "codec"])(
  "meltemi %s --help explains itself",
  async (name) => {
    const command = meltemi(...(name === "" ? [] : [name]), "--help");
    expect(await command.ended).toBe(0);
    expect(command.out).toMatch(
      name === ""
        ? /up (.*\n)*.*control (.*\n)*.*host (.*\n)*.*status (.*\n)*.*tap (.*\n)*.*bootstrap /
        : /^Usage: meltemi \w+ /,
    );
    expect(command.err).toBe("");
  },
);

test.each([
  [
    ["bootstrap", "--contol-port", "1"],
    2,
    /unknown option '--contol-port'\n\(Did you mean --control-port\?\)\nSee: meltemi boot/,
  ],
  [["bootstrap", "--label", "version"], 2, /'version' is invalid.*Expected NAME=VALUE\./],
  [["bootstrap", "--control-port", "http"], 2, /'http' is invalid.*Expected a port, 0 to 65535\./],
  [["bootstrap", "--sni", "control"], 1, /^meltemi: --tls-cert, --tls-key and --sni need --tls-ca/m],
  [["control", ".", "--tls-cert", "a.pem"], 1, /^meltemi: --tls-cert and --tls-key need each other\n$/m],
  [["controll"], 2, /unknown command 'controll'/],
  [["control"], 2, /missing required argument 'rules'/],
  [["control", "no/such/folder"], 1, /^meltemi: no such folder of rules: .*no\/such\/folder\n$/m],
  [["control", "package.json"], 1, /^meltemi: the rules must be a folder, this is none: .*package\.json\n$/m],
  [["host", "--bootstrap", "no-such-file.yaml"], 1, /^meltemi: cannot read the bootstrap: .*no-such-file\.yaml'\n$/m],
])("meltemi %j ends with %d and says why", async (args, code, reason) => {
  const command = meltemi(...args);
  const ended = await command.ended;
  expect([ended, command.out], command.err).toEqual([code, ""]);
  expect(command.err).toMatch(reason);
});

test("a port in use is named", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const command = meltemi("control", rules, "--port", String(port), "--log-level", "silent");
  expect(await command.ended).toBe(1);
  expect(command.err).toBe(`meltemi: cannot listen on 127.0.0.1:${port}: the port is in use\n`);
  other.close();
});

test("a reader that goes away is no failure", async () => {
  const command = meltemi("up", "--help");
  command.child.stdout?.destroy();
  expect([await command.ended, command.err]).toEqual([0, ""]);
});

test("bootstrap prints YAML", async () => {
  const command = meltemi(
    "bootstrap",
    "--control-port",
    "1234",
    "--node-id",
    "me",
    "--label",
    "a=1",
    "--label",
    "b=2=3",
  );
  expect(await command.ended).toBe(0);
  expect(command.out).toMatch(/^node:\n {2}id: me\n/);
  expect(command.out).toContain("port_value: 1234");
  expect(command.out).toMatch(/LABELS:\n +a: "1"\n +b: 2=3\n/);
});

test.each(["SIGTERM", "SIGINT"] as const)(
  "control says where it listens, what is wrong with the rules, and ends on %s",
  async (signal) => {
    const command = meltemi("control", rules, "--port", "0", "--log-format", "text");
    await expect
      .poll(() => command.out, { timeout: 10_000 })
      .toMatch(/^in force:\n.*no services.*\nxDS on 127\.0\.0\.1:\d+, rules in /);
    const file = join(rules, "broken.yaml");
    await writeFile(
      file,
      "kind: MetaRouter\napiVersion: metaprotocol.aeraki.io/v1alpha1\nmetadata: { name: a }\nspec: { hosts: 7 }\n",
    );
    await expect
      .poll(() => command.err, { timeout: 10_000 })
      .toMatch(/error .*broken\.yaml:4:\d+: error: spec\.hosts: /);
    await expect.poll(() => command.err).toContain("nothing changes until they are corrected");
    await rm(file);
    command.child.kill(signal);
    expect(await command.ended).toBe(0);
  },
);

test("status says which lane a service takes, why, and what that costs", async () => {
  const folder = await mkdtemp(join(tmpdir(), "meltemi-status-"));
  const entry = (
    name: string,
    protocol: string,
    port: number,
    lane?: string,
  ): string => `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: ${name}${lane === undefined ? "" : `, annotations: { meltemi.dev/lane: ${lane} }`} }
spec:
  hosts: [${name}]
  ports: [{ number: ${port}, name: tcp-metaprotocol-${protocol} }]
  resolution: STATIC
  endpoints: [{ address: 127.0.0.1 }, { address: 127.0.0.2 }]
`;
  await writeFile(join(folder, "fast.yaml"), entry("fast", "dubbo", 9000));
  await writeFile(join(folder, "cache.yaml"), entry("cache", "redis", 9001));
  await writeFile(join(folder, "kept.yaml"), entry("kept", "dubbo", 9002, "request"));
  const text = meltemi("status", folder);
  expect([await text.ended, text.err]).toEqual([0, ""]);
  expect(text.out).toContain(`fast:9000  127.0.0.1:9000  dubbo  flow
  why: the rules only match and split
  costs: 2 backend connections (25 KB each in Envoy) for each client, at most 128 a client
`);
  expect(text.out).toContain(`kept:9002  127.0.0.1:9002  dubbo  request
  why: the annotation meltemi.dev/lane says so
`);
  const json = meltemi("status", folder, "-o", "json");
  expect(await json.ended).toBe(0);
  expect(JSON.parse(json.out)).toContainEqual({
    service: "cache:9001",
    listens: "127.0.0.1:9001",
    codec: "redis",
    lane: "request",
    why: "requests of redis change the state of their connection",
    costs: "clients share backend connections",
  });
  await writeFile(join(folder, "cache.yaml"), entry("cache", "redis", 9001, "flow"));
  const wrong = meltemi("status", folder);
  expect(await wrong.ended).toBe(1);
  expect(wrong.err).toMatch(/cache\.yaml:3:\d+: error: .*cannot go by flows: requests of redis change/);
  await rm(folder, { recursive: true });
}, 60_000);

test("up serves what the rules say, follows them, and ends on SIGTERM", async () => {
  const folder = await mkdtemp(join(tmpdir(), "meltemi-up-"));
  const [first, second] = [await freePort(), await freePort()];
  const entry = (port: number): string => `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: reviews }
spec:
  hosts: [reviews]
  ports: [{ number: ${port}, name: tcp-metaprotocol-awesomerpc }]
  resolution: STATIC
  endpoints: [{ address: 127.0.0.1, ports: { tcp-metaprotocol-awesomerpc: 1 } }]
`;
  await writeFile(join(folder, "reviews.yaml"), entry(first));
  const command = meltemi("up", folder, "--port", "0", "--admin-port", "0");
  await expect.poll(() => command.out, { timeout: 20_000 }).toMatch(/\nready\n$/);
  expect(command.out).toContain(`reviews:${first}  127.0.0.1:${first}  awesomerpc`);
  const admin = /admin on (\S+)/.exec(command.out)?.[1];
  expect((await fetch(`${admin}/ready`)).status).toBe(200);
  expect(await accepts(first)).toBe(true);
  await writeFile(join(folder, "reviews.yaml"), entry(second));
  await expect.poll(() => accepts(second), { timeout: 10_000 }).toBe(true);
  command.child.kill("SIGTERM");
  expect(await command.ended).toBe(0);
  await rm(folder, { recursive: true });
}, 60_000);

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const accepted = await Promise.race([
    once(socket, "connect").then(() => true),
    once(socket, "error").then(() => false),
  ]);
  socket.destroy();
  return accepted;
}

test("a line of the log as people read it", () => {
  const line = JSON.stringify({
    level: 40,
    time: "2025-01-02T03:04:05.678Z",
    msg: "no answer",
    node: "a",
    text: "b c",
    list: ["d"],
  });
  expect(toText(line)).toBe('03:04:05.678 warn  no answer node=a text="b c" list=["d"]\n');
});
