import { describe, expect, it } from "vitest";
import { DataStatus, HeadersStatus, NetworkStatus, PeerType } from "../index.js";
import { Bench, FakeHttp, FakeNetwork, headers, must, queue } from "./kit.support.js";

describe("the lifecycle of contexts", () => {
  it("starts a root in a canary, then in the live VM: context_create, vm_start, configure", async () => {
    const bench = new Bench();
    await bench.probe("");
    expect(bench.take()).toEqual([
      ...["context_create 1 0", "vm_start 1 0", "configure 1 0"],
      ...["context_create 1 0", "vm_start 1 0", "configure 1 0"],
    ]);
  });

  it("runs HTTP callbacks in order and ends with log, done, delete", async () => {
    const bench = new Bench();
    const plugin = await bench.probe("");
    bench.take();
    const stream = must(plugin.httpStream(new FakeHttp()));
    expect(stream.onRequestHeaders(headers([":path", "/"], [":method", "GET"]), false)).toBe(HeadersStatus.Continue);
    expect(stream.onRequestBody(queue("hello"), true)).toBe(DataStatus.Continue);
    stream.onResponseHeaders(headers([":status", "200"]), false);
    stream.onResponseBody(queue("abc"), false);
    stream.onResponseTrailers(headers(["t", "1"]));
    stream.onLog({});
    stream.destroy();
    stream.destroy();
    expect(bench.take()).toEqual([
      "context_create 2 1",
      "request_headers 2 2 0",
      "request_body 2 5 1",
      "response_headers 2 1 0",
      "response_body 2 3 0",
      "response_trailers 2 1",
      "log 2",
      "done 2",
      "delete 2",
    ]);
  });

  it("runs TCP callbacks in order and ends with done, log, delete; upstream close comes with the end of stream", async () => {
    const bench = new Bench();
    const plugin = await bench.probe("");
    bench.take();
    const stream = must(plugin.networkStream(new FakeNetwork()));
    expect(stream.onNewConnection()).toBe(NetworkStatus.Continue);
    stream.onDownstreamData(queue("0123456789"), false);
    stream.onUpstreamData(queue("abc"), true);
    stream.onDownstreamClose(PeerType.Remote);
    stream.destroy();
    expect(bench.take()).toEqual([
      "context_create 2 1",
      "new_connection 2",
      "downstream_data 2 10 0",
      "upstream_data 2 3 1",
      "upstream_close 2 0",
      "downstream_close 2 2",
      "done 2",
      "log 2",
      "delete 2",
    ]);
  });

  it("logs a stream whose headers never arrived, and forgets one that nothing happened to", async () => {
    const bench = new Bench();
    const plugin = await bench.probe("");
    bench.take();
    const logged = must(plugin.httpStream(new FakeHttp()));
    logged.onLog({});
    logged.destroy();
    expect(bench.take()).toEqual(["context_create 2 1", "log 2", "done 2", "delete 2"]);
    must(plugin.httpStream(new FakeHttp())).destroy();
    expect(bench.take()).toEqual([]);
  });

  it("shares the VM and, between equal plugins, the root; another configuration is another root", async () => {
    const bench = new Bench();
    const first = await bench.probe("");
    bench.take();
    const equal = await bench.probe("");
    expect(bench.take()).toEqual([]);
    await bench.probe("configure: return 1");
    expect(bench.take().filter((line) => line.startsWith("configure"))).toEqual(["configure 1 19", "configure 2 19"]);
    first.close();
    expect(bench.take()).toEqual([]);
    equal.close();
    expect(bench.take()).toEqual(["done 1", "delete 1"]);
  });

  it("keeps a closed plugin's root until its last stream has gone", async () => {
    const bench = new Bench();
    const plugin = await bench.probe("");
    const stream = must(plugin.networkStream(new FakeNetwork()));
    stream.onNewConnection();
    bench.take();
    plugin.close();
    expect(bench.take()).toEqual([]);
    stream.onDownstreamClose(PeerType.Local);
    expect(bench.take().slice(-2)).toEqual(["done 1", "delete 1"]);
    expect(() => plugin.networkStream(new FakeNetwork())).toThrow("closed");
  });

  it("lets a root wait: on_done false, then done; a second done, or one too early, is NotFound", async () => {
    const bench = new Bench();
    const plugin = await bench.probe("configure: done; tick 10\ndone: return 0\ntick: done; done");
    expect(bench.results()).toEqual(["done 1", "tick 0", "done 1", "tick 0"]);
    // The other plugin keeps the VM.
    await bench.probe("");
    bench.take();
    plugin.close();
    expect(bench.take()).toEqual(["done 1"]);
    bench.clock.pass(10);
    // The program is the VM's: the other root, 2, ticks too.
    expect(bench.take().slice(0, 4)).toEqual(["tick 1", "  done 0", "  done 1", "delete 1"]);
    bench.clock.pass(50);
    expect(bench.take()).not.toContain("tick 1");
  });

  it("re-arms a tick after the callback; period 0 stops it", async () => {
    const bench = new Bench();
    await bench.probe("configure: tick 5\ntick: time");
    bench.take();
    bench.clock.pass(11);
    expect(bench.take().filter((line) => line === "tick 1")).toHaveLength(2);
    const stopping = new Bench();
    await stopping.probe("configure: tick 5\ntick: tick 0");
    stopping.take();
    stopping.clock.pass(30);
    expect(stopping.take()).toEqual(["tick 1", "  tick 0"]);
    expect(stopping.clock.timers).toBe(0);
  });

  it("knows its VMs, and forgets one with its last plugin; refused plugins leave none behind", async () => {
    const bench = new Bench();
    const plugin = await bench.probe("");
    expect(bench.registry.vms()).toMatchObject([{ vmId: "vm", contexts: 1, failure: undefined }]);
    await expect(bench.probe("configure: return 0", { vmId: "refused" })).rejects.toThrow("refused its configuration");
    const stream = must(plugin.networkStream(new FakeNetwork()));
    expect(bench.registry.vms()).toMatchObject([{ vmId: "vm", contexts: 2 }]);
    plugin.close();
    stream.destroy();
    expect(bench.registry.vms()).toEqual([]);
  });

  it("takes no more memory for a hundred thousand streams than for a thousand", async () => {
    const bench = new Bench({ logLevel: 5 });
    const plugin = await bench.probe("");
    const serve = (count: number) => {
      for (let i = 0; i < count; i++) {
        const stream = must(plugin.networkStream(new FakeNetwork()));
        stream.onNewConnection();
        stream.onDownstreamClose(PeerType.Remote);
      }
      return bench.registry.vms()[0]?.memoryBytes;
    };
    const before = serve(1000);
    expect(serve(100_000)).toBe(before);
    expect(bench.registry.vms()[0]?.contexts).toBe(1);
  });

  it("refuses a configuration with the reason that the module logged, and leaves the live VM alone", async () => {
    const bench = new Bench();
    const plugin = await bench.probe("");
    bench.take();
    await expect(bench.probe("configure: say 4 limits:%20a%20number; return 0")).rejects.toThrow(
      'Wasm plugin "probe": the module refused its configuration (proxy_on_configure returned false): limits: a number',
    );
    expect(bench.lines.filter((line) => line.message.startsWith("configure"))).toHaveLength(1);
    expect(plugin.healthy).toBe(true);
    const start = bench.probe("", { vmId: "other" });
    await expect(start).resolves.toBeDefined();
  });
});
