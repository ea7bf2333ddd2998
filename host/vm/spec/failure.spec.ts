import { describe, expect, it } from "vitest";
import { DataStatus, HeadersStatus, LogLevel, NetworkStatus, PeerType } from "../index.js";
import { Bench, FakeHttp, FakeNetwork, headers, must, queue } from "./kit.support.js";

const TRAP = "request_headers: get 0 die; return 0\nrequest_body: trap\ndownstream_data: trap";

describe("a trap", () => {
  it("fails the stream that it happens in, then others of the VM when their turn comes; no callback any more", async () => {
    const bench = new Bench();
    const plugin = await bench.probe(TRAP);
    const [one, two] = [new FakeHttp(), new FakeHttp()];
    const [first, second] = [must(plugin.httpStream(one)), must(plugin.httpStream(two))];
    first.onRequestHeaders(headers([":path", "/"]), false);
    second.onRequestHeaders(headers([":path", "/"]), false);
    expect(first.onRequestBody(queue("x"), true)).toBe(DataStatus.StopIterationNoBuffer);
    expect(one.done).toEqual(["fail"]);
    expect(plugin.healthy).toBe(false);
    // The chain's own 503 runs back through the filter, which has nothing to say about it.
    expect(first.onResponseHeaders(headers([":status", "503"]), true)).toBe(HeadersStatus.Continue);
    expect(two.done).toEqual([]);
    bench.take();
    expect(second.onResponseHeaders(headers([":status", "200"]), false)).toBe(
      HeadersStatus.StopAllIterationAndWatermark,
    );
    second.onResponseBody(queue("x"), true);
    expect(two.done).toEqual(["fail"]);
    first.destroy();
    second.destroy();
    expect(bench.take()).toEqual([]);
  });

  it("is logged with the callback, the reason and the frames in the module", async () => {
    const bench = new Bench();
    const plugin = await bench.probe(TRAP);
    const stream = must(plugin.httpStream(new FakeHttp()));
    stream.onRequestHeaders(headers([":path", "/"]), false);
    stream.onRequestBody(queue("x"), true);
    const line = bench.lines.find(({ level }) => level === LogLevel.Critical);
    expect(line).toMatchObject({ vmId: "vm", plugin: "probe", rootId: "root" });
    expect(line?.message).toMatch(/^proxy_on_request_body failed: unreachable\n/);
    expect(line?.message).toContain("probe/operate");
  });

  it("of an abort: its reason is in the log before", async () => {
    const bench = new Bench();
    const plugin = await bench.probe("new_connection: abort");
    must(plugin.networkStream(new FakeNetwork())).onNewConnection();
    expect(bench.lines.map(({ message }) => message)).toContain("abort: as told");
  });

  it("of endless recursion is contained too", async () => {
    const bench = new Bench();
    const chain = new FakeNetwork();
    const stream = must((await bench.probe("new_connection: recurse")).networkStream(chain));
    expect(stream.onNewConnection()).toBe(NetworkStatus.StopIteration);
    expect(chain.done).toEqual(["fail"]);
  });

  it("throws away what the module had asked for in that call", async () => {
    const bench = new Bench();
    const chain = new FakeHttp();
    const stream = must((await bench.probe("request_headers: local 200 _ _ _ -1; trap")).httpStream(chain));
    expect(stream.onRequestHeaders(headers([":path", "/"]), true)).toBe(HeadersStatus.StopAllIterationAndWatermark);
    expect(chain.done).toEqual(["fail"]);
  });

  it("in a tick ends the ticks and the calls under way", async () => {
    const cancelled: string[] = [];
    const httpCall = { hasCluster: () => true, send: () => () => void cancelled.push("cancelled") };
    const bench = new Bench({ httpCall });
    await bench.probe("configure: tick 5; http c :path=/,:method=GET,:authority=a _ 0\ntick: trap");
    cancelled.length = 0;
    bench.clock.pass(30);
    expect(bench.clock.timers).toBe(0);
    expect(cancelled).toEqual(["cancelled"]);
  });
});

describe("failure policies", () => {
  async function dead(options: Parameters<Bench["probe"]>[1]) {
    const bench = new Bench();
    const plugin = await bench.probe(
      "request_headers: return 0\nrequest_body: trap\nnew_connection: return 0\ndownstream_data: trap",
      options,
    );
    const chain = new FakeHttp();
    const stream = must(plugin.httpStream(chain));
    stream.onRequestHeaders(headers([":path", "/"]), false);
    return { bench, plugin, chain, status: stream.onRequestBody(queue("x"), true) };
  }

  it("FAIL_CLOSED: the trapping stream and all later ones fail", async () => {
    const { plugin, chain } = await dead({});
    expect(chain.done).toEqual(["fail"]);
    const later = new FakeHttp();
    const stream = must(plugin.httpStream(later));
    expect(stream.onRequestHeaders(headers([":path", "/"]), true)).toBe(HeadersStatus.StopAllIterationAndWatermark);
    stream.destroy();
    expect(later.done).toEqual(["fail"]);
    const network = new FakeNetwork();
    expect(must(plugin.networkStream(network)).onNewConnection()).toBe(NetworkStatus.StopIteration);
    expect(network.done).toEqual(["fail"]);
  });

  it("FAIL_OPEN: the trapping stream fails, later ones pass without the filter", async () => {
    const { plugin, chain } = await dead({ failurePolicy: "FAIL_OPEN" });
    expect(chain.done).toEqual(["fail"]);
    expect(plugin.httpStream(new FakeHttp())).toBeUndefined();
    expect(plugin.networkStream(new FakeNetwork())).toBeUndefined();
  });

  it("the old fail_open: both pass", async () => {
    const { plugin, chain, status } = await dead({ failOpen: true });
    expect(status).toBe(DataStatus.Continue);
    expect(chain.done).toEqual([]);
    expect(plugin.httpStream(new FakeHttp())).toBeUndefined();
  });

  it("FAIL_RELOAD: fails inside the back-off, a new VM after it, again and again", async () => {
    const { bench, plugin, chain } = await dead({ failurePolicy: "FAIL_RELOAD" });
    expect(chain.done).toEqual(["fail"]);
    bench.clock.pass(900);
    const early = new FakeNetwork();
    must(plugin.networkStream(early)).onNewConnection();
    expect(early.done).toEqual(["fail"]);
    bench.clock.pass(700);
    bench.take();
    const chain2 = new FakeNetwork();
    const stream = must(plugin.networkStream(chain2));
    expect(plugin.healthy).toBe(true);
    expect(stream.onNewConnection()).toBe(NetworkStatus.Continue);
    expect(bench.take().slice(0, 3)).toEqual(["context_create 1 0", "vm_start 1 0", "configure 1 91"]);
    // It lived longer than the back-off: the next one comes at once.
    bench.clock.pass(2000);
    expect(stream.onDownstreamData(queue("x"), false)).toBe(NetworkStatus.StopIteration);
    expect(chain2.done).toEqual(["fail"]);
    expect(must(plugin.networkStream(new FakeNetwork())).onNewConnection()).toBe(NetworkStatus.Continue);
    stream.onDownstreamClose(PeerType.Remote);
  });

  it("FAIL_RELOAD replaces the VM once for all its plugins; each configures its own root", async () => {
    const bench = new Bench();
    const a = await bench.probe("new_connection: return 0\ndownstream_data: trap", {
      failurePolicy: "FAIL_RELOAD",
      name: "a",
    });
    const b = await bench.probe("new_connection: return 0\ndownstream_data: trap", {
      failurePolicy: "FAIL_RELOAD",
      name: "b",
    });
    bench.clock.pass(2000);
    const stream = must(a.networkStream(new FakeNetwork()));
    stream.onNewConnection();
    stream.onDownstreamData(queue("x"), false);
    bench.take();
    must(a.networkStream(new FakeNetwork())).onNewConnection();
    must(b.networkStream(new FakeNetwork())).onNewConnection();
    const roots = bench.take().filter((line) => line.startsWith("configure"));
    expect(roots.map((line) => line.split(" ")[1])).toEqual(["1", "3"]);
    stream.destroy();
    a.close();
    b.close();
  });
});
