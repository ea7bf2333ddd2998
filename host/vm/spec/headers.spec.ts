import { describe, expect, it } from "vitest";
import { DataStatus, HeadersStatus, type HttpStream, StreamType, TrailersStatus } from "../index.js";
import { Bench, FakeHttp, headers, must, queue, text } from "./kit.support.js";

async function stream(program: string, options = {}) {
  const bench = new Bench();
  const chain = new FakeHttp();
  const made: HttpStream = must((await bench.probe(program, options)).httpStream(chain));
  bench.take();
  return { bench, chain, stream: made };
}

describe("header maps", () => {
  it("reads and changes them in place: size in bytes, first value, lower case", async () => {
    const { bench, stream: http } = await stream(
      "request_headers: size 0; get 0 X-A; get 0 none; pairs 0; add 0 X-New v; set 0 x-a only; del 0 :PATH; size 0; get 8 x; size 8; pairs 9",
    );
    const map = headers([":path", "/"], ["x-a", "1"], ["x-a", "2"]);
    http.onRequestHeaders(map, true);
    expect(bench.results()).toEqual([
      "size 0 14",
      "get 0 '1'",
      "get 1",
      "pairs 0 '%03%00%00%00%05%00%00%00%01%00%00%00%03%00%00%00%01%00%00%00%03%00%00%00%01%00%00%00:path%00/%00x-a%001%00x-a%002%00'",
      "add 0",
      "set 0",
      "del 0",
      "size 0 13",
      "get 2",
      "size 2",
      "pairs 2",
    ]);
    expect([...map]).toEqual([
      ["x-new", "v"],
      ["x-a", "only"],
    ]);
  });

  it("passes names and values byte for byte", async () => {
    const { bench, stream: http } = await stream(
      "request_headers: get 0 x-%c4; set 0 X-%c4 %ff%80%20; set 0 empty _; get 0 empty",
    );
    const map = headers(["x-\xc4", "\xe4\xf6"]);
    http.onRequestHeaders(map, true);
    expect(bench.results()).toEqual(["get 0 '%e4%f6'", "set 0", "set 0", "get 0 null"]);
    expect([...map]).toEqual([
      ["x-\xc4", "\xff\x80 "],
      ["empty", ""],
    ]);
  });

  it("replaces all pairs; malformed ones, or more than 1024, are no pairs at all", async () => {
    const { stream: http } = await stream(
      "request_headers: setpairs 0 A=1,b=%e4\nrequest_trailers: setraw 0 %09%00%00%00xx",
    );
    const map = headers([":path", "/"]);
    http.onRequestHeaders(map, false);
    expect([...map]).toEqual([
      ["a", "1"],
      ["b", "\xe4"],
    ]);
    const { stream: malformed } = await stream("request_headers: setraw 0 %02%00%00%00%09");
    const gone = headers([":path", "/"]);
    malformed.onRequestHeaders(gone, false);
    expect([...gone]).toEqual([]);
  });

  it("takes the maps away after Continue; writing an absent one is BadArgument, reading its pairs Ok and empty", async () => {
    const { bench, stream: http } = await stream(
      "request_body: get 0 :path; add 0 a b; pairs 0; size 0; setpairs 0 a=b; del 0 a\nresponse_headers: get 0 :path; get 2 :status",
    );
    http.onRequestHeaders(headers([":path", "/"]), false);
    http.onRequestBody(queue("x"), false);
    expect(bench.results()).toEqual(["get 2", "add 2", "pairs 0 null", "size 2", "setpairs 2", "del 2"]);
    http.onResponseHeaders(headers([":status", "200"]), false);
    expect(bench.results()).toEqual(["get 2", "get 0 '200'"]);
  });

  it("keeps the maps of a stopped stream until continue_stream, which lets go of the request whatever it continues", async () => {
    const {
      bench,
      chain,
      stream: http,
    } = await stream(
      "configure: tick 5\nrequest_headers: return 1\ntick: effective 2; get 0 :path; set 0 x 1; continue 1; get 0 :path; continue 2; continue 3; continue 4",
    );
    const map = headers([":path", "/p"]);
    expect(http.onRequestHeaders(map, true)).toBe(HeadersStatus.StopAllIterationAndWatermark);
    bench.take();
    bench.clock.pass(5);
    expect(bench.results().slice(1)).toEqual([
      ...["get 0 '/p'", "set 0", "continue 0", "get 2", "continue 0", "continue 12", "continue 2"],
    ]);
    expect(chain.done).toEqual([`continue ${StreamType.HttpResponse}`]);
    expect(map.get("x")).toBe("1");
  });

  it("turns StopIteration of headers into StopAllIterationAndWatermark unless allowed; nonsense stops, 2 goes on", async () => {
    const answers = [0, 1, 2, 3, 4, 5, 77];
    const plain = [0, 4, 0, 3, 4, 4, 4];
    const allowed = [0, 1, 0, 3, 4, 4, 4];
    for (const [index, answer] of answers.entries()) {
      const first = await stream(`request_headers: return ${answer}`);
      expect(first.stream.onRequestHeaders(headers([":path", "/"]), false), `${answer}`).toBe(plain[index]);
      const second = await stream(`request_headers: return ${answer}`, { allowOnHeadersStopIteration: true });
      expect(second.stream.onRequestHeaders(headers([":path", "/"]), false), `${answer}`).toBe(allowed[index]);
    }
    const data = await stream("request_body: return 9\nrequest_trailers: return 2");
    data.stream.onRequestHeaders(headers([":path", "/"]), false);
    expect(data.stream.onRequestBody(queue("a"), false)).toBe(DataStatus.StopIterationNoBuffer);
    expect(data.stream.onRequestTrailers(headers(["a", "b"]))).toBe(TrailersStatus.StopIteration);
  });

  it("makes trailers when the last body call touches them", async () => {
    const { bench, chain, stream: http } = await stream("request_body: add 1 t v; size 1; get 1 t");
    http.onRequestHeaders(headers([":path", "/"]), false);
    http.onRequestBody(queue("a"), false);
    expect(bench.results()).toEqual(["add 2", "size 2", "get 2"]);
    http.onRequestBody(queue("b"), true);
    expect(bench.results()).toEqual(["add 0", "size 0 2", "get 0 'v'"]);
    expect([...chain.trailers]).toEqual([["t", "v"]]);
  });

  it("has the maps back in on_log, to read: an absent one is NotFound", async () => {
    const { bench, stream: http } = await stream(
      "log: get 0 :path; get 2 :status; get 4 a; get 3 t; add 0 a b; get 1 x; pairs 2; prop request%00path",
    );
    http.onRequestHeaders(headers([":path", "/"]), true);
    http.onLog({ requestHeaders: headers([":path", "/"]), responseHeaders: headers([":status", "200"]) });
    expect(bench.results()).toEqual([
      ...["get 0 '/'", "get 0 '200'", "get 1", "get 1", "add 2", "get 1"],
      "pairs 0 '%01%00%00%00%07%00%00%00%03%00%00%00:status%00200%00'",
      "prop 0 '/'",
    ]);
  });

  it("answers locally after the VM's call, whatever is returned, and shows the answer to the same context", async () => {
    const {
      bench,
      chain,
      stream: http,
    } = await stream(
      "request_headers: local 403 why%20so no X-A=1,x-b=%e4 7; foreign clear_route_cache _; return 0\nresponse_headers: get 2 :status",
    );
    chain.onReply = () => void http.onResponseHeaders(headers([":status", "403"]), false);
    expect(http.onRequestHeaders(headers([":path", "/"]), true)).toBe(HeadersStatus.StopAllIterationAndWatermark);
    expect(chain.done).toEqual(["clear", "local 403"]);
    const [reply] = chain.replies;
    expect(reply).toMatchObject({ status: 403, details: "why_so", grpcStatus: 7 });
    expect(reply && text(reply.body)).toBe("no");
    expect(reply?.headers).toEqual([
      ["x-a", "1"],
      ["x-b", "\xe4"],
    ]);
    expect(bench.take()).toEqual([
      ...["context_create 2 1", "request_headers 2 1 1", "  local 0", "  foreign 0 null"],
      ...["response_headers 2 1 0", "  get 0 '403'"],
    ]);
  });

  it("leaves a gRPC status outside of 0 … 16 out, and stops bodies too", async () => {
    const { chain, stream: http } = await stream("request_body: local 500 _ _ _ -1; return 0");
    http.onRequestHeaders(headers([":path", "/"]), false);
    expect(http.onRequestBody(queue("a"), true)).toBe(DataStatus.StopIterationNoBuffer);
    expect(chain.replies[0]?.grpcStatus).toBeUndefined();
  });

  it("closes streams after the call; an unknown type is BadArgument", async () => {
    const { bench, chain, stream: http } = await stream("request_headers: close 1; close 2; close 4");
    http.onRequestHeaders(headers([":path", "/"]), false);
    expect(bench.results()).toEqual(["close 0", "close 0", "close 2"]);
    expect(chain.done).toEqual(["close 1"]);
  });
});
