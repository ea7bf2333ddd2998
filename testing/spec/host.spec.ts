import "../vitest.js";
import { describe, expect, it } from "vitest";
import { probeModule } from "../../host/vm/spec/kit.support.js";
import { FakeClock, LogLevel, TestHost } from "../index.js";

const code = await probeModule();

describe("a test host", () => {
  it("says why a module is refused", async () => {
    const host = new TestHost();
    expect(await host.refusal(Buffer.from("not wasm"))).toContain("not a WebAssembly module");
    expect(await host.refusal(code, { configuration: "configure: say 4 why; return 0" })).toMatch(
      /returned false\): why$/,
    );
    expect(await host.refusal(code)).toBeUndefined();
    await expect(host.load(code, { configuration: "configure: trap" })).rejects.toThrow("proxy_on_configure failed");
  });

  it("keeps what is logged while a module loads apart, twice as on Envoy", async () => {
    const host = new TestHost({ logLevel: LogLevel.Warn });
    const filter = await host.load(code, { configuration: { configure: 1 } });
    expect(filter.loading).toEqual([]);
    const loud = await host.load(code, { configuration: "configure: say 3 loud", rootId: "other" });
    expect(loud.loading.map(({ message }) => message)).toEqual(["loud", "loud"]);
    expect(host.logs.lines).toEqual([]);
  });

  it("lets ticks come when time passes", async () => {
    const host = new TestHost();
    await host.load(code, { configuration: "configure: tick 100" });
    host.pass(350);
    expect(host.logs.messages()).toEqual(["tick 1", "tick 1", "tick 1"]);
    expect(host.clock.timers).toBe(1);
  });

  it("shows metrics, shared data and queues", async () => {
    const host = new TestHost();
    const metrics = "metric 0 requests; inc 4 3; metric 2 sizes; rec 6 7; metric 1 live; rec 5 2";
    const filter = await host.load(code, {
      configuration: `request_headers: ${metrics}; sharedset k v 0; queue q; enqueue 1 item`,
    });
    filter.http().request();
    expect([host.metrics.value("requests"), host.metrics.records("sizes")]).toEqual([3n, [7n]]);
    expect(host.metrics).toMatchInlineSnapshot(`
      live 2
      requests 3
      sizes [7]
    `);
    expect(filter.sharedData("k")?.toString()).toBe("v");
    expect(filter.queue("q")?.map(String)).toEqual(["item"]);
    expect([filter.sharedData("none"), filter.queue("none")]).toEqual([undefined, undefined]);
  });

  it("answers gRPC calls and streams", async () => {
    const host = new TestHost();
    const program =
      "request_headers: stream c s m; send 6 ping 0\ngrpc_receive: buf 5 0 99\ngrpc_close: status; cancel 6";
    const filter = await host.load(code, { configuration: program });
    filter.http().request();
    const call = host.grpcCallouts.last();
    expect([String(call.target), call.service, call.method, call.sent.map(String)]).toEqual(["c", "s", "m", ["ping"]]);
    call.message("pong");
    call.close(7, "denied");
    expect(host.logs).toHaveLogged("  buf 0 'pong'");
    expect(host.logs).toHaveLogged(/grpc_close 1 6 7/);
    expect(host.logs).toHaveLogged("  status 0 7 'denied'");
    expect(() => call.message("late")).toThrow("the gRPC call to s/m is closed");
  });
});

describe("the fake clock", () => {
  it("lets timers go off in their order, each at its own time, and those that they set", () => {
    const clock = new FakeClock();
    const seen: string[] = [];
    const note = (name: string) => seen.push(`${name} at ${clock.monotonic() / 1_000_000n}`);
    clock.after(20, () => note("later"));
    clock.after(10, () => {
      note("first");
      clock.after(5, () => note("nested"));
    });
    const cancel = clock.after(12, () => note("cancelled"));
    cancel();
    clock.pass(30);
    expect(seen).toEqual(["first at 10", "nested at 15", "later at 20"]);
    expect([clock.timers, clock.monotonic()]).toEqual([0, 30_000_000n]);
  });
});
