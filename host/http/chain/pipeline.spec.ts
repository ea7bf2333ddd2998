import { describe, expect, it } from "vitest";
import { ByteQueue } from "../../bytes/index.js";
import { DataStatus, HeadersStatus, TrailersStatus } from "../../vm/index.js";
import { HeaderMap } from "../headers/index.js";
import { Pipeline } from "./pipeline.js";
import type { Stage } from "./types.js";

function bytes(text: string): ByteQueue {
  const queue = new ByteQueue();
  queue.append(Buffer.from(text));
  return queue;
}

function textOf(queue: ByteQueue): string {
  return Buffer.from(queue.view()).toString();
}

/** A chain of stages that note what they see, in front of a sink that does too. */
function chain(bufferLimit: number, ...stages: Partial<Stage>[]) {
  const seen: string[] = [];
  const full = stages.map(
    (stage, index): Stage => ({
      headers(headers, end) {
        seen.push(`${index}:headers ${end}`);
        return stage.headers?.(headers, end) ?? HeadersStatus.Continue;
      },
      data(data, end) {
        seen.push(`${index}:${textOf(data)} ${end}`);
        return stage.data?.(data, end) ?? DataStatus.Continue;
      },
      trailers(trailers) {
        seen.push(`${index}:trailers`);
        return stage.trailers?.(trailers) ?? TrailersStatus.Continue;
      },
    }),
  );
  const note = (text: string) => () => seen.push(text);
  const pipeline = new Pipeline(
    full,
    {
      headers: (_, end) => seen.push(`out:headers ${end}`),
      data: (data, end) => seen.push(`out:${textOf(data)} ${end}`),
      trailers: () => seen.push("out:trailers"),
    },
    { bufferLimit, tooLarge: note("too large"), pause: note("pause"), resume: note("resume") },
  );
  const taken = () => seen.splice(0);
  return { pipeline, taken, resume: (index: number) => pipeline.slot(full[index])?.resume(), full };
}

describe("filter chain", () => {
  it("passes everything in order", () => {
    const { pipeline, taken } = chain(100, {}, {});
    pipeline.headers(new HeaderMap(), false);
    pipeline.data(bytes("a"), false);
    pipeline.trailers(new HeaderMap());
    expect(taken()).toEqual([
      "0:headers false",
      "1:headers false",
      "out:headers false",
      "0:a false",
      "1:a false",
      "out:a false",
      "0:trailers",
      "1:trailers",
      "out:trailers",
    ]);
  });

  it("shows a stopped filter the body, and sends the headers before what it lets go", () => {
    let calls = 0;
    const { pipeline, taken } = chain(100, {
      headers: () => HeadersStatus.StopIteration,
      data: () => (++calls < 2 ? DataStatus.StopIterationAndBuffer : DataStatus.Continue),
    });
    pipeline.headers(new HeaderMap(), false);
    pipeline.data(bytes("ab"), false);
    pipeline.data(bytes("c"), true);
    expect(taken()).toEqual(["0:headers false", "0:ab false", "0:abc true", "out:headers false", "out:abc true"]);
  });

  it("keeps body and trailers from a filter that stopped all, and shows them after resume", () => {
    const { pipeline, taken, resume } = chain(100, { headers: () => HeadersStatus.StopAllIterationAndWatermark }, {});
    pipeline.headers(new HeaderMap(), false);
    pipeline.data(bytes("ab"), false);
    pipeline.trailers(new HeaderMap());
    expect(taken()).toEqual(["0:headers false"]);
    resume(0);
    expect(taken()).toEqual([
      "1:headers false",
      "out:headers false",
      "0:ab false",
      "1:ab false",
      "out:ab false",
      "0:trailers",
      "1:trailers",
      "out:trailers",
    ]);
  });

  it("repeats the whole buffer with the end of stream, empty last piece or not", () => {
    const { pipeline, taken, resume } = chain(100, { data: () => DataStatus.StopIterationAndBuffer });
    pipeline.headers(new HeaderMap(), false);
    pipeline.data(bytes("ten"), false);
    pipeline.data(bytes(""), true);
    expect(taken()).toEqual(["0:headers false", "out:headers false", "0:ten false", "0:ten true"]);
    resume(0);
    expect(taken()).toEqual(["out:ten true"]);
  });

  it("takes a resume within the call as Continue", () => {
    const parts = chain(100, {
      headers: () => {
        parts.resume(0);
        return HeadersStatus.StopIteration;
      },
    });
    parts.pipeline.headers(new HeaderMap(), true);
    expect(parts.taken()).toEqual(["0:headers true", "out:headers true"]);
  });

  it("drops the body after ContinueAndEndStream", () => {
    const { pipeline, taken } = chain(100, { headers: () => HeadersStatus.ContinueAndEndStream });
    pipeline.headers(new HeaderMap(), false);
    pipeline.data(bytes("x"), true);
    expect(taken()).toEqual(["0:headers false", "out:headers true"]);
  });

  it("drops what a filter takes without buffering", () => {
    let calls = 0;
    const { pipeline, taken } = chain(100, {
      data: () => (++calls === 1 ? DataStatus.StopIterationNoBuffer : DataStatus.Continue),
    });
    pipeline.headers(new HeaderMap(), false);
    pipeline.data(bytes("x"), false);
    pipeline.data(bytes("y"), true);
    expect(taken()).toEqual(["0:headers false", "out:headers false", "0:x false", "0:y true", "out:y true"]);
  });

  it("pauses the source over the limit under watermark, and refuses under buffering", () => {
    const water = chain(2, { data: () => DataStatus.StopIterationAndWatermark });
    water.pipeline.headers(new HeaderMap(), false);
    water.pipeline.data(bytes("abc"), false);
    water.resume(0);
    expect(water.taken().slice(2)).toEqual(["0:abc false", "pause", "resume", "out:abc false"]);
    const buffer = chain(2, { data: () => DataStatus.StopIterationAndBuffer });
    buffer.pipeline.headers(new HeaderMap(), false);
    buffer.pipeline.data(bytes("abc"), false);
    expect(buffer.taken().slice(2)).toEqual(["0:abc false", "too large"]);
  });

  it("adds trailers in the last body call", () => {
    const parts = chain(100, {
      data: () => {
        parts.pipeline.slot(parts.full[0])?.addTrailers(() => new HeaderMap());
        return DataStatus.Continue;
      },
    });
    parts.pipeline.headers(new HeaderMap(), false);
    parts.pipeline.data(bytes("x"), true);
    expect(parts.taken().slice(2)).toEqual(["0:x true", "out:x false", "out:trailers"]);
  });

  it("sends headers and body before trailers that a filter lets go", () => {
    const { pipeline, taken } = chain(100, {
      headers: () => HeadersStatus.StopIteration,
      data: () => DataStatus.StopIterationAndBuffer,
    });
    pipeline.headers(new HeaderMap(), false);
    pipeline.data(bytes("x"), false);
    pipeline.trailers(new HeaderMap());
    expect(taken()).toEqual([
      "0:headers false",
      "0:x false",
      "0:trailers",
      "out:headers false",
      "out:x false",
      "out:trailers",
    ]);
  });

  it("gives nothing to anyone once stopped", () => {
    const parts = chain(100, {
      headers: () => {
        parts.pipeline.stop();
        return HeadersStatus.Continue;
      },
    });
    parts.pipeline.headers(new HeaderMap(), false);
    parts.pipeline.data(bytes("x"), true);
    expect(parts.taken()).toEqual(["0:headers false"]);
  });
});
