import { describe, expect, it } from "vitest";
import { DataStatus, HeadersStatus, NetworkStatus, StreamType } from "../index.js";
import { Bench, FakeHttp, FakeNetwork, headers, must, queue, text } from "./kit.support.js";

async function connection(program: string) {
  const bench = new Bench();
  const chain = new FakeNetwork();
  const stream = must((await bench.probe(program)).networkStream(chain));
  stream.onNewConnection();
  bench.take();
  return { bench, chain, stream };
}

describe("buffers", () => {
  it("clamps what is read; nothing is pointer 0, length 0", async () => {
    const program =
      "downstream_data: buf 2 0 3; buf 2 8 99; buf 2 10 5; buf 2 77 5; buf 2 1 -1; bufstat 2; bufstat 3; bufstat 0";
    const { bench, stream } = await connection(program);
    stream.onDownstreamData(queue("0123456789"), false);
    expect(bench.results()).toEqual([
      "buf 0 '012'",
      "buf 0 '89'",
      "buf 0 null",
      "buf 0 null",
      "buf 0 '123456789'",
      "bufstat 0 10 0",
      "bufstat 0 0 0",
      "bufstat 0 0 0",
    ]);
  });

  it("from 0 drains and prepends; from the end or past it appends; in between is BadArgument", async () => {
    const cases: [string, string, string][] = [
      ["setbuf 2 0 0 AB", "0", "AB0123456789"],
      ["setbuf 2 0 4 AB", "0", "AB456789"],
      ["setbuf 2 0 999 AB", "0", "AB"],
      ["setbuf 2 0 999 _", "0", ""],
      ["setbuf 2 10 0 AB", "0", "0123456789AB"],
      ["setbuf 2 4000 7 AB", "0", "0123456789AB"],
      ["setbuf 2 3 2 AB", "2", "0123456789"],
      ["setbuf 3 0 0 AB", "2", "0123456789"],
      ["setbuf 6 0 0 AB", "2", "0123456789"],
      ["setbuf 7 0 0 AB", "1", "0123456789"],
      ["setbuf 9 0 0 AB", "2", "0123456789"],
    ];
    for (const [operation, status, left] of cases) {
      const { bench, stream } = await connection(`downstream_data: ${operation}`);
      const data = queue("0123456789");
      stream.onDownstreamData(data, false);
      expect(bench.results(), operation).toEqual([`setbuf ${status}`]);
      expect(text(data.view()), operation).toBe(left);
    }
  });

  it("passes bytes unharmed, and views survive growing memory", async () => {
    const program = "downstream_data: grow 40; buf 2 0 9; setbuf 2 2 0 %ff%00%80; buf 2 0 9";
    const { bench, stream } = await connection(program);
    const data = queue("\xe4\n");
    stream.onDownstreamData(data, false);
    expect(bench.results().slice(1)).toEqual(["buf 0 '%e4%0a'", "setbuf 0", "buf 0 '%e4%0a%ff%00%80'"]);
    expect(text(data.view())).toBe("\xe4\n\xff\0\x80");
  });

  it("keeps stopped connection data readable for a tick, which may let it go", async () => {
    const program =
      "configure: tick 5\ndownstream_data: return 1\ntick: effective 2; buf 2 0 9; continue 2; continue 3; close 3";
    const { bench, chain, stream } = await connection(program);
    expect(stream.onDownstreamData(queue("wait"), false)).toBe(NetworkStatus.StopIteration);
    bench.take();
    bench.clock.pass(5);
    expect(bench.results()).toEqual(["effective 0", "buf 0 'wait'", "continue 0", "continue 12", "close 0"]);
    expect(chain.done).toEqual(["continue", "close 3"]);
  });

  it("reads configurations: the VM's always, the plugin's while configuring", async () => {
    const bench = new Bench();
    const plugin = await bench.probe(
      "configure: bufstat 6; bufstat 7; bufstat 4; bufstat 5\ntick: x\nnew_connection: bufstat 7; bufstat 6",
    );
    must(plugin.networkStream(new FakeNetwork())).onNewConnection();
    expect(bench.results().slice(-6)).toEqual([
      ...["bufstat 0 0 0", "bufstat 0 98 0", "bufstat 1", "bufstat 0 0 0"],
      ...["bufstat 1", "bufstat 0 0 0"],
    ]);
  });

  it("asks the chain for a kept body outside of body callbacks", async () => {
    const bench = new Bench();
    const chain = new FakeHttp();
    const plugin = await bench.probe(
      "configure: tick 5\nrequest_body: return 1\ntick: effective 2; buf 0 0 99; setbuf 0 0 99 new; continue 0; buf 0 0 9",
    );
    const stream = must(plugin.httpStream(chain));
    stream.onRequestHeaders(headers([":path", "/"]), false);
    expect(stream.onRequestBody(queue("first"), false)).toBe(DataStatus.StopIterationAndBuffer);
    chain.kept = queue("first");
    bench.take();
    bench.clock.pass(5);
    expect(bench.results().slice(1, 4)).toEqual(["buf 0 'first'", "setbuf 0", "continue 0"]);
    expect(chain.done).toEqual([`continue ${StreamType.HttpRequest}`]);
    expect(text(chain.kept.view())).toBe("new");
  });

  it("shows the cumulative body that the chain passes after StopIterationAndBuffer", async () => {
    const bench = new Bench();
    const plugin = await bench.probe("request_headers: return 0\nrequest_body: buf 0 0 99; return 1");
    const stream = must(plugin.httpStream(new FakeHttp()));
    expect(stream.onRequestHeaders(headers([":path", "/"]), false)).toBe(HeadersStatus.Continue);
    const kept = queue("ab");
    stream.onRequestBody(kept, false);
    kept.append(Buffer.from("cd"));
    stream.onRequestBody(kept, true);
    expect(bench.take().filter((line) => line.includes("buf") || line.includes("body"))).toEqual([
      ...["request_body 2 2 0", "  buf 0 'ab'", "request_body 2 4 1", "  buf 0 'abcd'"],
    ]);
  });
});
