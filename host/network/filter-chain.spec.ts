import { expect, test } from "vitest";
import type { ByteQueue } from "../bytes/index.js";
import { FilterChain } from "./filter-chain.js";
import { FilterStatus, type NetworkFilter } from "./types.js";

/** A chain that tells what its filters saw and what it sent. */
function chainOf(...filters: NetworkFilter[]) {
  const sent: string[] = [];
  const owner = {
    open: true,
    send: (chunks: Uint8Array[], end: boolean) => {
      sent.push(Buffer.concat(chunks).toString() + (end ? "." : ""));
    },
  };
  const chain = new FilterChain(owner);
  const resumes: (() => void)[] = [];
  for (const filter of filters) {
    chain.add((resume) => {
      resumes.push(resume);
      return filter;
    });
  }
  chain.start();
  const read = (text: string, end = false) => {
    chain.received.append(Buffer.from(text));
    chain.read(end);
  };
  return { chain, owner, sent, resumes, read };
}

const text = (buffer: ByteQueue) => Buffer.from(buffer.view()).toString();

/** A last filter that takes everything. */
function sink(): NetworkFilter & { readonly seen: string[] } {
  const seen: string[] = [];
  return {
    seen,
    onNewConnection: () => {
      seen.push("new");
      return FilterStatus.Continue;
    },
    onData: (buffer, end) => {
      seen.push(Buffer.from(buffer.take()).toString() + (end ? "." : ""));
      return FilterStatus.StopIteration;
    },
  };
}

test("bytes that a filter stops at come again, with what came since; what it makes of them goes on", () => {
  const shown: string[] = [];
  const last = sink();
  const { read } = chainOf(
    {
      onData: (buffer, end) => {
        shown.push(text(buffer) + (end ? "." : ""));
        if (buffer.length < 20) return FilterStatus.StopIteration;
        buffer.splice(0, 10, Buffer.from("*"));
        return FilterStatus.Continue;
      },
    },
    last,
  );
  read("0123456789");
  read("0123456789");
  read("", true);
  expect(shown).toEqual(["0123456789", "01234567890123456789", "."]);
  expect(last.seen).toEqual(["new", "*0123456789"]);
});

test("towards the client the last filter is first, and the same buffering holds", () => {
  const order: string[] = [];
  const { chain, sent } = chainOf(
    {
      onWrite: (buffer) => {
        order.push(`first:${text(buffer)}`);
        return FilterStatus.Continue;
      },
    },
    {
      onWrite: (buffer, end) => {
        order.push(`second:${text(buffer)}`);
        if (buffer.length < 4 && !end) return FilterStatus.StopIteration;
        buffer.prepend(Buffer.from(">"));
        return FilterStatus.Continue;
      },
    },
  );
  chain.write(Buffer.from("ab"), false);
  chain.write(Buffer.from("cd"), false);
  chain.write(Buffer.from("e"), true);
  chain.write(Buffer.from("late"), false);
  expect(order).toEqual(["second:ab", "second:abcd", "first:>abcd", "second:e", "first:>e"]);
  expect(sent).toEqual([">abcd", ">e."]);
});

test("a filter behind one that stops a new connection hears of it with its first bytes", () => {
  let open = false;
  const last = sink();
  const { read, resumes } = chainOf(
    {
      onNewConnection: () => FilterStatus.StopIteration,
      onData: () => (open ? FilterStatus.Continue : FilterStatus.StopIteration),
    },
    last,
  );
  read("a");
  expect(last.seen).toEqual([]);
  resumes[0]?.();
  expect(last.seen).toEqual(["new", "a"]);
  open = true;
  read("b", true);
  expect(last.seen).toEqual(["new", "a", "b."]);
});

test("nothing is called any more once the connection is closed", () => {
  const last = sink();
  const { read, owner, sent, chain } = chainOf(
    {
      onData: () => {
        owner.open = false;
        return FilterStatus.Continue;
      },
    },
    last,
  );
  read("a");
  chain.write(Buffer.from("x"), false);
  expect([last.seen, sent]).toEqual([["new"], []]);
});
