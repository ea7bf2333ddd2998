import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { compileModule } from "../../../../assembly/testing/compile.support.js";

const PROBE = `
  import { Slice, Writer } from "meltemi/assembly";
  import { Statements } from "./statements";
  const statements = new Statements();
  const input = new Writer();
  const output = new Writer();
  export function inputAt(length: i32): usize { input.reset(); input.reserve(length); return input.ptr; }
  export function read(standard: i32): usize {
    statements.read(input.view(), standard != 0);
    output.reset();
    for (let i = 0; i < statements.length; i++) {
      const access = statements.at(i);
      if (i > 0) output.text(", ");
      output.bytes(access.kind);
      if (access.table.length > 0) output.text(" ");
      output.bytes(access.table);
    }
    return output.ptr;
  }
  export function outputLength(): i32 { return output.length; }
  export * from "meltemi/assembly/proxy";`;

interface Probe {
  memory: WebAssembly.Memory;
  _initialize(): void;
  inputAt(length: number): number;
  read(standard: number): number;
  outputLength(): number;
}

let probe: Probe;

beforeAll(async () => {
  const module = await compileModule("filters/codecs/postgresql/sql/probe.ts", PROBE);
  const env = new Proxy({}, { get: () => () => 0 });
  probe = new WebAssembly.Instance(module, { env }).exports as unknown as Probe;
  probe._initialize();
});

/** The accesses of a text, `kind table`, in their order. */
function accesses(sql: string | Uint8Array, standardStrings = true): string {
  const bytes = typeof sql === "string" ? Buffer.from(sql) : sql;
  const at = probe.inputAt(bytes.length);
  new Uint8Array(probe.memory.buffer).set(bytes, at);
  const out = probe.read(standardStrings ? 1 : 0);
  return Buffer.from(new Uint8Array(probe.memory.buffer, out, probe.outputLength())).toString();
}

describe("what statements do, and to which tables", () => {
  it.each([
    ["", ""],
    ["select 1", "select"],
    ["SELECT * FROM Accounts a, shop.orders o WHERE a.id = o.id, x", "select accounts, select shop.orders"],
    ['select * from "Odd ""Name""" join b using (id)', 'select Odd "Name", select b'],
    ["select * from (select 1) x, secret", "select secret"],
    ["select * from (a join b on a.x = b.x), c", "select a, select b, select c"],
    ["select f(a, b), extract(year from d), substring(s from 2) from t", "select t"],
    ["select a is distinct from b from t", "select t"],
    ["select * from generate_series(1, 3) g, t", "select t"],
    ["select * from only t for update of t", "select t"],
    ["table t", "table t"],
    ["insert into t (a, b) select a, b from u", "insert t, select u"],
    ["insert into t values (1) on conflict (a) do update set a = 2", "insert t"],
    ["update t set a = (select max(a) from u) where b", "update t, select u"],
    ["delete from t using u where t.a = u.a", "delete t, delete u"],
    ["with gone as (delete from t returning *) select * from gone", "delete t, select gone"],
    ["explain analyze delete from t", "explain, delete t"],
    ["explain (analyze) delete from t", "explain, delete t"],
    ["prepare p as delete from t", "prepare, delete t"],
    ["copy t (a, b) from stdin", "copy t"],
    ["copy (select * from t) to stdout", "copy, select t"],
    ["truncate t1, only t2", "truncate t1, truncate t2"],
    ["truncate table t1", "truncate t1"],
    ["create table if not exists t (id int references u on delete cascade)", "create t"],
    ["create table t as select * from u", "create t, select u"],
    ["drop table if exists a, b", "drop a, drop b"],
    ["lock table t in share mode", "lock t"],
    ["begin; delete from t; commit", "begin, delete t, commit"],
    ["select 'x; delete from t'", "select"],
    ["select $$x; delete from t$$, $a$ $$ $a$ from u", "select u"],
    ["select 1 -- from t\n from u /* from v /* nested */ from w */", "select u"],
    [String.raw`select E'\'; delete from t' from u`, "select u"],
    [String.raw`select '\'; delete from t --'`, "select, delete t"],
    ['select * from U&"\\0074"', "select *"],
    ["select * from update", "select update"],
  ])("%s", (sql, expected) => {
    expect(accesses(sql)).toBe(expected);
  });

  it("heeds standard_conforming_strings", () => {
    expect(accesses(String.raw`select '\'; delete from t --'`, false)).toBe("select");
  });

  it("comes to the end of whatever bytes there are", () => {
    const pieces = fc.constantFrom(
      "select",
      " from ",
      "(",
      ")",
      ",",
      ";",
      "'",
      '"',
      "$$",
      "/*",
      "*/",
      "--",
      "\n",
      "a",
      ".",
      "E'",
      "\\",
      "with ",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 80 }), (list) => void accesses(list.join(""))),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void accesses(bytes)),
      { numRuns: 1000 },
    );
    accesses("(".repeat(100_000));
  });
});
