import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { HttpCallResponse, PropertyNamespace, PropertyValue } from "../index.js";
import { PeerType } from "../index.js";
import { Bench, bytes, FakeHttp, FakeNetwork, headers, must, queue } from "./kit.support.js";

const read = (name: string) => readFileSync(new URL(`recorded/${name}`, import.meta.url), "utf8");
const namespace = (values: Record<string, PropertyValue>): PropertyNamespace => ({
  kind: "namespace",
  get: (key) => values[key],
});

/** What Envoy makes of the recorded request, and of the recorded answer. */
const request = () =>
  headers(
    ...([
      [":authority", "h"],
      [":path", "/a/b?x=1"],
      [":method", "POST"],
      [":scheme", "http"],
    ] as [string, string][]),
    ...([
      ["x-a", "1"],
      ["x-a", "2"],
      ["content-length", "5"],
      ["x-forwarded-proto", "http"],
    ] as [string, string][]),
  );
const response = () =>
  headers(
    ...([
      [":status", "200"],
      ["server", "BaseHTTP/0.6 Python/3.11.7"],
      ["date", "Mon, 23 Nov 2026 12:49:34 GMT"],
    ] as [string, string][]),
    ...([
      ["content-length", "3"],
      ["x-envoy-upstream-service-time", "0"],
    ] as [string, string][]),
  );

async function prepare(name: string) {
  let answer: ((response: HttpCallResponse | undefined) => void) | undefined;
  const httpCall = {
    hasCluster: (cluster: string) => cluster === "c",
    send: (_call: object, done: typeof answer) => {
      answer = done;
      return () => {};
    },
  };
  const bench = new Bench({ httpCall });
  const plugin = await bench.probe(read(`${name}.program`), { vmId: name });
  bench.take();
  const same = () => expect(bench.take()).toEqual(read(`${name}.trace`).trimEnd().split("\n"));
  return { bench, plugin, same, answer: (given: HttpCallResponse) => answer?.(given) };
}

describe("the same module, the same events, the same lines as on Envoy 1.40.0", () => {
  it("on a connection", async () => {
    const { plugin, same } = await prepare("net");
    const chain = new FakeNetwork();
    chain.properties = { connection: namespace({ id: 1n }) };
    const stream = must(plugin.networkStream(chain));
    stream.onNewConnection();
    const data = queue("0123456789");
    stream.onDownstreamData(data, false);
    data.drain(data.length);
    stream.onDownstreamData(data, true);
    // An error page of the recording's upstream.
    stream.onUpstreamData(queue("x".repeat(UPSTREAM)), true);
    stream.onDownstreamClose(PeerType.Local);
    same();
  });

  it("on a request and its response", async () => {
    const { plugin, same } = await prepare("http");
    const chain = new FakeHttp();
    chain.properties = {
      request: namespace({ size: 0n }),
      response: namespace({ size: 0n, grpc_status: 2n }),
    };
    const stream = must(plugin.httpStream(chain));
    const [sent, received] = [request(), response()];
    stream.onRequestHeaders(sent, false);
    stream.onRequestBody(queue("hello"), false);
    stream.onRequestBody(queue(""), true);
    stream.onResponseHeaders(received, false);
    stream.onResponseBody(queue("abc"), false);
    stream.onResponseBody(queue(""), true);
    stream.onLog({ requestHeaders: sent, responseHeaders: received });
    stream.destroy();
    same();
  });

  it("on a request that waits for a tick, and a response that waits for a call", async () => {
    const { bench, plugin, same, answer } = await prepare("stopped");
    const stream = must(plugin.httpStream(new FakeHttp()));
    const [sent, received] = [request(), response()];
    stream.onRequestHeaders(sent, false);
    bench.clock.pass(40);
    stream.onRequestBody(queue("hello"), true);
    stream.onResponseHeaders(received, false);
    answer({ headers: [...response()], body: bytes("abc") });
    stream.onResponseBody(queue("abc"), true);
    stream.onLog({ requestHeaders: sent, responseHeaders: received });
    stream.destroy();
    same();
  });

  it("on a local reply", async () => {
    const { plugin, same } = await prepare("local");
    const chain = new FakeHttp();
    const stream = must(plugin.httpStream(chain));
    const sent = headers(
      [":authority", "h"],
      [":path", "/p"],
      [":method", "GET"],
      [":scheme", "http"],
      ["x-forwarded-proto", "http"],
    );
    const reply = headers(
      [":status", "403"],
      ["x-a", "1"],
      ["x-b", "2"],
      ["content-length", "2"],
      ["content-type", "text/plain"],
    );
    chain.onReply = () => {
      stream.onResponseHeaders(reply, false);
      stream.onResponseBody(queue("no"), true);
    };
    stream.onRequestHeaders(sent, true);
    stream.onLog({ requestHeaders: sent, responseHeaders: reply });
    stream.destroy();
    same();
  });

  it("on connection data that waits for a tick", async () => {
    const { bench, plugin, same } = await prepare("tcp-stopped");
    const stream = must(plugin.networkStream(new FakeNetwork()));
    stream.onNewConnection();
    stream.onDownstreamData(queue("ab"), false);
    bench.clock.pass(50);
    stream.onUpstreamData(queue("answer"), false);
    same();
  });
});

/** As many bytes as the recording's upstream sent. */
const UPSTREAM = Number(/upstream_data 2 (\d+) 1/.exec(read("net.trace"))?.[1]);
