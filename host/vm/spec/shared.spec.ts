import { createSign, generateKeyPairSync } from "node:crypto";
import { setImmediate as immediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { LogLevel, type MetricSink } from "../index.js";
import { Bench, FakeNetwork, must, wat } from "./kit.support.js";

describe("shared data", () => {
  it("is scoped by vm_id; cas is one counter, 0 forces, an absent key ignores it", async () => {
    const bench = new Bench();
    const program =
      "new_connection: sharedget k; sharedset k v 9; sharedget k; sharedset k w 7; sharedset k w 1; sharedset other x 0; sharedset k _ 0; sharedget k";
    const one = await bench.probe(program, { vmId: "one" });
    const two = await bench.probe(program, { vmId: "two" });
    bench.take();
    must(one.networkStream(new FakeNetwork())).onNewConnection();
    expect(bench.results()).toEqual([
      ...[
        "sharedget 1",
        "sharedset 0",
        "sharedget 0 'v' 1",
        "sharedset 8",
        "sharedset 0",
        "sharedset 0",
        "sharedset 0",
      ],
      "sharedget 0 null 4",
    ]);
    must(two.networkStream(new FakeNetwork())).onNewConnection();
    expect(bench.results()[2]).toBe("sharedget 0 'v' 5");
  });

  it("goes with the last VM of its id", async () => {
    const bench = new Bench();
    const program = "new_connection: sharedget k; sharedset k v 0";
    const first = await bench.probe(program);
    const stream = must(first.networkStream(new FakeNetwork()));
    stream.onNewConnection();
    first.close();
    stream.destroy();
    const second = await bench.probe(program);
    bench.take();
    must(second.networkStream(new FakeNetwork())).onNewConnection();
    expect(bench.results()).toEqual(["sharedget 1", "sharedset 0"]);
  });
});

describe("shared queues", () => {
  it("tell the last registrar, keep what is in them, and are found from other VMs", async () => {
    const bench = new Bench();
    const reader = await bench.probe("configure: queue q; dequeue 1\nqueue_ready: dequeue 1; dequeue 1; dequeue 9", {
      vmId: "r",
    });
    const writer = await bench.probe(
      "new_connection: resolve r q; resolve r none; resolve _ q; enqueue 1 item; enqueue 9 x",
      { vmId: "w" },
    );
    bench.take();
    must(writer.networkStream(new FakeNetwork())).onNewConnection();
    expect(bench.results()).toEqual(["resolve 0 1", "resolve 1", "resolve 1", "enqueue 0", "enqueue 1"]);
    await immediate();
    expect(bench.take()).toEqual(["queue_ready 1 1", "  dequeue 0 'item'", "  dequeue 7", "  dequeue 1"]);
    reader.close();
  });
});

describe("metrics", () => {
  it("have ids with their type in the low bits; counters only grow; histograms cannot be read", async () => {
    const bench = new Bench();
    await bench.probe(
      "configure: metric 0 c; metric 1 g; metric 2 h; metric 3 x; metric 0 c; inc 4 5; inc 4 0; inc 4 -1; inc 8 1; value 4; inc 5 7; inc 5 -9; rec 5 3; value 5; inc 6 1; rec 6 1; value 6; rec 4 2; value 8; inc 12 1; rec 12 1; value 12; value 14",
    );
    expect(bench.results().slice(23)).toEqual([
      ...["metric 0 4", "metric 0 5", "metric 0 6", "metric 2", "metric 0 8"],
      // The canary has counted 8 already: metrics are the process's.
      ...["inc 0", "inc 2", "inc 2", "inc 0", "value 0 14", "inc 0", "inc 0", "rec 0", "value 0 3"],
      ...["inc 2", "rec 0", "value 2", "rec 0", "value 0 16", "inc 1", "rec 1", "value 1", "value 2"],
    ]);
  });

  it("are the host's by name", async () => {
    const seen: string[] = [];
    const note = (name: string) => ({
      add: (by: bigint) => void seen.push(`${name} ${by}`),
      set: () => {},
      value: () => 0n,
    });
    const metrics: MetricSink = {
      counter: note,
      gauge: note,
      histogram: (name) => ({ record: (value) => void seen.push(`${name}=${value}`) }),
    };
    const bench = new Bench({ metrics });
    const plugin = await bench.probe("new_connection: metric 0 requests; metric 2 size; inc 4 2; rec 6 -1");
    must(plugin.networkStream(new FakeNetwork())).onNewConnection();
    expect(seen).toEqual(["requests 2", `size=${2n ** 64n - 1n}`]);
  });
});

describe("foreign functions", () => {
  const escaped = (data: Uint8Array) => [...data].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
  const field = (number: number, data: Uint8Array) => {
    const size = data.length < 128 ? [data.length] : [(data.length & 0x7f) | 0x80, data.length >> 7];
    return Buffer.concat([Buffer.from([(number << 3) | 2, ...size]), data]);
  };

  it("compress and uncompress; unknown ones are NotFound; results may go unread", async () => {
    const bench = new Bench();
    await bench.probe(
      "configure: foreign compress aaaaaaaa; foreign uncompress nonsense; foreign nothing 1; foreignquiet compress a; foreign compress _",
    );
    const [packed, ...rest] = bench.results().slice(5);
    expect(rest.slice(0, 3)).toEqual(["foreign 3 null", "foreign 1", "foreignquiet 0"]);
    const data = must(packed).replace("foreign 0 '", "").replace(/'$/, "");
    const back = new Bench();
    await back.probe(`configure: foreign uncompress ${data.replaceAll(";", "%3b").replaceAll(":", "%3a")}`);
    expect(back.results()[1]).toBe("foreign 0 'aaaaaaaa'");
  });

  it("verify and make signatures", async () => {
    for (const kind of ["ec", "rsa"] as const) {
      const pair =
        kind === "ec"
          ? generateKeyPairSync("ec", { namedCurve: "P-256" })
          : generateKeyPairSync("rsa", { modulusLength: 2048 });
      const { publicKey, privateKey } = pair;
      const signature = createSign("sha256").update("text").sign(privateKey);
      const der = publicKey.export({ type: "spki", format: "der" });
      const pem = Buffer.from(publicKey.export({ type: "spki", format: "pem" }).toString());
      const hash = field(1, Buffer.from("sha256"));
      const signed = [field(3, signature), field(4, Buffer.from("text"))];
      const wrong = [field(3, signature), field(4, Buffer.from("other"))];
      const calls = [
        [hash, field(2, der), ...signed],
        [hash, field(5, pem), ...signed],
        [hash, field(2, der), ...wrong],
        [field(1, Buffer.from("md5")), field(2, der), ...signed],
        [hash, field(2, der), field(5, pem), ...signed],
        [hash, ...signed],
        [hash, field(2, Buffer.from("no key")), ...signed],
      ].map((parts) => `foreign verify_signature ${escaped(Buffer.concat(parts))}`);
      const own = field(2, privateKey.export({ type: "pkcs8", format: "der" }));
      calls.push(`foreign sign ${escaped(Buffer.concat([hash, own, field(3, Buffer.from("text"))]))}`);
      const bench = new Bench();
      await bench.probe(`configure: ${calls.join("; ")}`);
      const results = bench.results().slice(8);
      expect(results.slice(0, 7)).toEqual([
        ...["foreign 0 '%08%01'", "foreign 0 '%08%01'", expect.stringContaining("Failed%20to%20verify%20digest")],
        expect.stringContaining("md5%20is%20not%20supported."),
        ...["foreign 2 null", "foreign 2 null", "foreign 2 null"],
      ]);
      expect(results[7]).toMatch(/^foreign 0 '%08%01%12/);
    }
  });

  it("may be added by the host", async () => {
    const shout = (argument: Uint8Array) => Buffer.from(Buffer.from(argument).toString().toUpperCase());
    const bench = new Bench({ foreignFunctions: new Map([["shout", shout]]) });
    await bench.probe("configure: foreign shout hey");
    expect(bench.results()[1]).toBe("foreign 0 'HEY'");
  });
});

describe("log, time and versions", () => {
  it("has levels 0 … 5; what the host does not want is not decoded", async () => {
    const bench = new Bench({ logLevel: LogLevel.Warn });
    await bench.probe("configure: level; say 2 no; say 3 yes%20%c3%a4; say 5 worst; say 6 never; time");
    const lines = bench.lines.map(({ level, message }) => `${level} ${message}`);
    expect(lines.slice(0, 2)).toEqual(["3 yes ä", "5 worst"]);
  });

  it("tells the level and the time", async () => {
    const bench = new Bench();
    await bench.probe("configure: level; time");
    expect(bench.results().slice(2)).toEqual(["level 0 2", `time 0 ${1_700_000_000_000_000_000n}`]);
  });

  it("runs ABI 0.1.0: configuration by get_configuration, headers without the end, absent values empty", async () => {
    const source = `(module
      (import "env" "proxy_get_configuration" (func $config (param i32 i32) (result i32)))
      (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
      (memory (export "memory") 1) (func (export "proxy_abi_version_0_1_0"))
      (func (export "malloc") (param i32) (result i32) i32.const 1024)
      (func (export "proxy_on_request_headers") (param i32 i32) (result i32) i32.const 0)
      (func (export "proxy_on_configure") (param i32 i32) (result i32)
        (drop (call $config (i32.const 0) (i32.const 4)))
        (drop (call $log (i32.const 2) (i32.load (i32.const 0)) (i32.load (i32.const 4)))) i32.const 1))`;
    const bench = new Bench();
    await bench.load({
      name: "old",
      rootId: "",
      vm: { vmId: "", code: await wat(source) },
      configuration: Buffer.from("settings"),
    });
    expect(bench.take()).toEqual(["settings", "settings"]);
  });
});
