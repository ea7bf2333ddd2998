import { describe, expect, it } from "vitest";
import { type GrpcCall, type GrpcEvents, type HttpCall, type HttpCallResponse, Status } from "../index.js";
import { Bench, bytes, FakeHttp, headers, must, text } from "./kit.support.js";

type Done = (response: HttpCallResponse | undefined) => void;

async function http(program: string) {
  const calls: { call: HttpCall; done: Done }[] = [];
  const cancelled: number[] = [];
  const bench = new Bench({
    httpCall: {
      hasCluster: (name) => name === "c",
      send(call, done) {
        const index = calls.push({ call, done }) - 1;
        return () => void cancelled.push(index);
      },
    },
  });
  const plugin = await bench.probe(program);
  // The canary's own calls are cancelled already.
  const canary = cancelled.length;
  calls.splice(0, canary);
  bench.take();
  return { bench, plugin, calls, cancelled };
}

describe("http_call", () => {
  const HEADERS = ":path=/p,:method=POST,Host=h";

  it("has tokens 4, 8, …; BadArgument for an unknown cluster, a missing header, a negative timeout", async () => {
    const { bench, plugin, calls } = await http(
      `request_headers: http none ${HEADERS} _ 0; http c :path=/,:method=GET _ 0; http c ${HEADERS} _ -1; http c ${HEADERS} body 1500; http c ${HEADERS} _ 0`,
    );
    must(plugin.httpStream(new FakeHttp())).onRequestHeaders(headers([":path", "/"]), true);
    expect(bench.results()).toEqual(["http 2 0", "http 2 0", "http 2 0", "http 0 4", "http 0 8"]);
    expect(calls.map(({ call }) => [text(call.body), call.timeoutMs])).toEqual([
      ["body", 1500],
      ["", undefined],
    ]);
    expect(calls[0]?.call.headers).toEqual([
      [":path", "/p"],
      [":method", "POST"],
      [":authority", "h"],
      ["content-length", "4"],
    ]);
  });

  it("answers on the root, readable there only; a stopped stream goes on by its id", async () => {
    const { bench, plugin, calls } = await http(
      `request_headers: http c ${HEADERS} _ 0; return 4\nhttp_call_response: get 6 :status; pairs 7; buf 4 0 99; bufstat 4; get 0 :path; effective 2; get 0 :path; get 6 :status; continue 0; status\ntick: buf 4 0 9`,
    );
    const chain = new FakeHttp();
    must(plugin.httpStream(chain)).onRequestHeaders(headers([":path", "/"]), true);
    bench.take();
    calls[0]?.done({ headers: [[":status", "200"]], body: bytes("answer"), trailers: [["t", "1"]] });
    expect(bench.take()).toEqual([
      "http_call_response 1 4 1 6 1",
      "  get 0 '200'",
      "  pairs 0 '%01%00%00%00%01%00%00%00%01%00%00%00t%001%00'",
      "  buf 0 'answer'",
      "  bufstat 0 6 0",
      "  get 2",
      "  effective 0",
      "  get 0 '/'",
      "  get 0 '200'",
      "  continue 0",
      "  status 0 0 null",
    ]);
    expect(chain.done).toEqual(["continue 0"]);
  });

  it("arrives as nothing where it was reset, with status 11 in the callback", async () => {
    const { bench, calls } = await http(
      `configure: http c ${HEADERS} _ 0; tick 5\nhttp_call_response: status; buf 4 0 9; pairs 6; pairs 7\ntick: status; effective 77; tick 0`,
    );
    calls[0]?.done(undefined);
    expect(bench.take()).toEqual([
      ...["http_call_response 1 4 0 0 0", "  status 0 11 'reset'", "  buf 1", "  pairs 0 null", "  pairs 0 null"],
    ]);
    calls[0]?.done(undefined);
    expect(bench.take()).toEqual([]);
    bench.clock.pass(5);
    expect(bench.results()).toEqual(["status 0 11 null", "effective 2", "tick 0"]);
  });

  it("is cancelled when the root goes", async () => {
    const { plugin, cancelled, calls, bench } = await http(`configure: http c ${HEADERS} _ 0`);
    const before = cancelled.length;
    plugin.close();
    expect(cancelled.length).toBe(before + 1);
    bench.take();
    calls[0]?.done({ headers: [], body: bytes("") });
    expect(bench.take()).toEqual([]);
  });
});

describe("gRPC calls", () => {
  async function grpc(program: string) {
    const calls: { call: GrpcCall; unary: Uint8Array | undefined; events: GrpcEvents }[] = [];
    const done: string[] = [];
    const bench = new Bench({
      grpc: {
        open(call, unary, events) {
          if (text(call.target) !== "c") return Status.ParseFailure;
          calls.push({ call, unary, events });
          return {
            send: (message, end) => void done.push(`send ${text(message)} ${end}`),
            close: () => void done.push("close"),
            cancel: () => void done.push("cancel"),
          };
        },
      },
    });
    const plugin = await bench.probe(program);
    bench.take();
    done.length = 0;
    const stream = must(plugin.httpStream(new FakeHttp()));
    stream.onRequestHeaders(headers([":path", "/"]), true);
    return { bench, calls, done };
  }

  it("have tokens 5, 9, … and 6, 10, …; a unary call ends with its message", async () => {
    const { bench, calls } = await grpc(
      "request_headers: grpc c S M m; grpc none S M m; grpc c S M m; stream c S M; stream c S M; send 5 x 0; send 6 x 0; send 99 x 0; send 98 x 0\ngrpc_receive: buf 5 0 9; pairs 4\ngrpc_initial: pairs 4",
    );
    expect(bench.results()).toEqual([
      ...["grpc 0 5", "grpc 4", "grpc 0 9", "stream 0 6", "stream 0 10", "send 2", "send 0", "send 2", "send 1"],
    ]);
    expect(calls[0]?.call).toMatchObject({ service: "S", method: "M" });
    expect(text(must(calls[0]?.unary))).toBe("m");
    calls[0]?.events.onInitialMetadata([["i", "1"]]);
    calls[0]?.events.onMessage(bytes("r"));
    calls[0]?.events.onClose(0, "");
    expect(bench.take()).toEqual([...["grpc_receive 1 5 1", "  buf 0 'r'", "  pairs 0 null"]]);
    calls[1]?.events.onClose(14, "no");
    expect(bench.take()).toEqual(["grpc_close 1 9 14"]);
  });

  it("stream both ways until both sides have closed", async () => {
    const { bench, calls, done } = await grpc(
      "request_headers: stream c S M; send 6 one 0; grpcclose 6\ngrpc_trailing: pairs 5\ngrpc_close: status; cancel 6; cancel 7; grpcclose 7",
    );
    const events = must(calls[0]).events;
    events.onMessage(bytes("a"));
    events.onMessage(bytes("b"));
    events.onTrailingMetadata([["t", "1"]]);
    events.onClose(5, "none");
    events.onMessage(bytes("late"));
    expect(done).toEqual(["send one false", "close"]);
    expect(bench.take().slice(5)).toEqual([
      ...["grpc_receive 1 6 1", "grpc_receive 1 6 1", "grpc_trailing 1 6 1"],
      "  pairs 0 '%01%00%00%00%01%00%00%00%01%00%00%00t%001%00'",
      ...["grpc_close 1 6 5", "  status 0 5 'none'", "  cancel 1", "  cancel 2", "  grpcclose 2"],
    ]);
  });

  it("are Unimplemented where the host has none", async () => {
    const bench = new Bench();
    await bench.probe("configure: grpc c S M m; stream c S M");
    expect(bench.results().slice(2)).toEqual(["grpc 12", "stream 12"]);
  });
});
