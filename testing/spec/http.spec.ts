import "../vitest.js";
import { describe, expect, it } from "vitest";
import { probeModule } from "../../host/vm/spec/kit.support.js";
import { TestHost, type TestHostOptions } from "../index.js";

async function probe(program: string, options?: TestHostOptions) {
  const host = new TestHost(options);
  return { host, filter: await host.load(await probeModule(), { configuration: program }) };
}

describe("an HTTP exchange", () => {
  it("passes a request and its response, and shows what the module changed", async () => {
    const { host, filter } = await probe("request_headers: add 0 x-new v\nresponse_headers: set 2 server probe");
    const exchange = filter.http().request({ "X-User": "jason" }, { body: "hello" });
    exchange.respond({ ":status": "201" }, { body: "answer", trailers: { "x-last": "1" } }).end();
    expect(exchange).toHavePassed();
    expect(exchange.upstream).toHaveHeader("x-new", "v");
    expect(exchange.client).toHaveHeader("server", /^pro/);
    expect(exchange.client).not.toHaveHeader("x-new");
    expect([exchange.upstream.text, exchange.client.text, exchange.client.status]).toEqual(["hello", "answer", 201]);
    expect(exchange).toMatchInlineSnapshot(`
      to the upstream:
        :method: GET
        :path: /
        :scheme: http
        :authority: test
        x-user: jason
        x-new: v
        body of 5 bytes: "hello"
      to the client:
        :status: 201
        server: probe
        body of 6 bytes: "answer"
        trailers:
          x-last: 1
    `);
    expect(filter.contexts).toBe(1);
    expect(host.logs).toHaveLogged("delete 2");
  });

  it("waits for a callout, whose answer the test gives", async () => {
    const call = "http auth :method=GET,:path=/check,:authority=a body 500";
    const resume = "buf 4 0 99; effective 2; continue 0";
    const { host, filter } = await probe(`request_headers: ${call}; return 1\nhttp_call_response: ${resume}`);
    const exchange = filter.http().request({}, { body: "hello" });
    expect(exchange).toBePaused();
    expect(exchange).not.toBePaused("response");
    expect(String(host.httpCallouts.next())).toBe('callout to auth: GET /check, 4 bytes: "body" (waiting)');
    host.httpCallouts.next().respond({ status: 403, body: "no" });
    expect(exchange).not.toBePaused();
    expect(exchange.upstream.text).toBe("hello");
    expect(exchange.asked).toEqual(["continue the request"]);
    expect(host.logs).toHaveLogged("  buf 0 'no'");
    expect(() => host.httpCallouts.next()).toThrow("no callout waits for an answer");
  });

  it("lets callouts time out, break, and meet no cluster", async () => {
    const call = (cluster: string) => `http ${cluster} :method=GET,:path=/,:authority=a _ 500`;
    const program = `request_headers: ${call("there")}; ${call("elsewhere")}\nhttp_call_response: get 6 :status; status`;
    const { host, filter } = await probe(program, { clusters: ["there"] });
    filter.http().request();
    expect(host.logs).toHaveLogged(/ {2}http 2 0/);
    host.pass(499);
    expect(host.httpCallouts.waiting).toHaveLength(1);
    host.pass(1);
    expect(host.logs).toHaveLogged("  get 0 '504'");
    filter.http().request();
    host.httpCallouts.next().reset();
    expect(host.logs).toHaveLogged("  status 0 11 'reset'");
    expect(() => host.httpCallouts.all[0]?.respond()).toThrow("waits for nothing");
  });

  it("takes the module's own answer through its response callbacks", async () => {
    const program = "request_headers: local 403 because no x-a=1 -1; return 1\nresponse_headers: add 2 x-b 2";
    const { filter } = await probe(program);
    const exchange = filter.http().request();
    expect(exchange).toHaveReplied(403, "no");
    expect(exchange).not.toHaveReplied(200);
    expect(exchange).not.toHavePassed();
    expect(exchange.client).toHaveHeader("x-b", "2");
    expect(exchange).toMatchInlineSnapshot(`
      to the upstream: nothing
      to the client:
        :status: 403
        x-a: 1
        content-length: 2
        content-type: text/plain
        x-b: 2
        body of 2 bytes: "no"
      a local reply: 403 because
      asked to: reply 403
    `);
  });

  it("keeps a body that is buffered, and refuses one over the limit", async () => {
    const { filter } = await probe("request_body: return 1");
    const exchange = filter.http({ bufferLimit: 10 }).requestHeaders().requestBody("12345").requestBody("67890");
    expect(exchange.upstream.text).toBe("");
    exchange.requestBody("x");
    expect(exchange.client.status).toBe(413);
  });

  it("gives properties as they are at the moment, and takes filter state", async () => {
    const look = "prop xds%00route_name; prop xds%00route_metadata%00filter_metadata%00m%00k; prop connection%00id";
    const { host, filter } = await probe(`request_headers: ${look}; setprop k v`);
    const properties = {
      xds: { route_name: "a", route_metadata: { filter_metadata: { m: { k: "ü" } } } },
      connection: { id: 7 },
    };
    const exchange = filter.http({ properties });
    properties.xds.route_name = "b";
    exchange.request();
    expect(host.logs).toHaveLogged("  prop 0 'b'");
    expect(host.logs).toHaveLogged("  prop 0 '%c3%bc'");
    expect(host.logs).toHaveLogged("  prop 0 '%07%00%00%00%00%00%00%00'");
    expect(Buffer.from(exchange.filterState.get("wasm.k") ?? []).toString()).toBe("v");
  });

  it("tells a trap: 503 for its stream, and the VM is dead", async () => {
    const { filter } = await probe("request_headers: trap");
    const exchange = filter.http().request();
    expect([exchange.client.status, exchange.localReply]).toEqual([503, undefined]);
    expect(exchange.asked).toEqual(["fail, for the VM is dead"]);
    expect(filter.failure).toBe("proxy_on_request_headers failed: unreachable");
  });

  it("resets where the module closes the stream", async () => {
    const { filter } = await probe("request_headers: close 0; return 1");
    const exchange = filter.http().request();
    expect([exchange.reset, exchange.client.arrived]).toEqual([true, false]);
  });

  it("says what a test does wrong", async () => {
    const { filter } = await probe("");
    const exchange = filter.http();
    expect(() => exchange.requestBody("x")).toThrow("the request has no headers yet");
    exchange.request();
    expect(() => exchange.requestBody("x")).toThrow("the request has ended already");
    expect(() => exchange.request()).toThrow("the request has begun already");
    expect(() => expect("a text").toBePaused()).toThrow("toBePaused looks at an exchange");
    expect(() => expect(exchange).not.toHavePassed()).toThrow("the request has gone on to the upstream:\nto the upstr");
  });
});
