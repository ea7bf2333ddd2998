/** One call: the function, its parameters and arguments as WAT has them, and where it wrote what is told: place, length. */
export type Call = readonly [
  name: string,
  parameters: string,
  args: readonly number[],
  read?: readonly [number, number],
];

/** Three pages: one for what calls read and write, one for 64 KiB of random bytes, one for what is logged of each call. */
export const PAGE = 65_536;
const PAGES = 3;
/** Its first bytes are the memory's last. */
export const EDGE = PAGES * PAGE - 6;
export const OUTSIDE = PAGES * PAGE + 4464;
/** Where calls may write. */
export const OUT = 256;
/** An iovec of ten bytes, one of none, and one outside. */
export const VECTOR = 64;
export const EMPTY_VECTOR = 72;
export const WILD_VECTOR = 80;

/** Where the lines' beginnings stand, and where a line is put together. */
const TEXTS = 2 * PAGE;
const LINE = 1024;

/** Text that WAT takes. */
const quoted = (text: string) => JSON.stringify(text);

/**
 * WAT of a module that does these calls at a request's headers, and logs for each: the call, its code, and what it wrote, in
 * hex. A warning is its last line.
 *
 * @param from the module that the functions are imported from
 * @param more what else stands in it
 */
export function codesModule(from: string, wanted: readonly Call[], more: string, last = ""): string {
  const types = new Map(wanted.map(([name, parameters]) => [name, parameters]));
  const imports = [...types].map(
    ([name, parameters]) => `(import "${from}" "${name}" (func $${name} (param ${parameters}) (result i32)))`,
  );
  let at = TEXTS;
  const data: string[] = [];
  const calls = wanted.map(([name, parameters, args, [place, length] = [0, 0]]) => {
    const kinds = parameters.split(" ");
    const values = args.map((value, i) => `(${kinds[i]}.const ${value})`);
    const text = `${name} ${args.join(" ")} = `;
    data.push(`(data (i32.const ${at}) ${quoted(text)})`);
    const title = `(i32.const ${at}) (i32.const ${text.length})`;
    at += text.length;
    return `(call $tell ${title} (call $${name} ${values.join(" ")}) (i32.const ${place}) (i32.const ${length}))`;
  });
  return `(module ${imports.join("\n")}
    ${more}
    (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
    (memory (export "memory") ${PAGES})
    (data (i32.const 16) "to stdout\\n")
    (data (i32.const ${VECTOR}) "\\10\\00\\00\\00\\0a\\00\\00\\00")
    (data (i32.const ${EMPTY_VECTOR}) "\\10\\00\\00\\00\\00\\00\\00\\00")
    (data (i32.const ${WILD_VECTOR}) "\\f0\\ff\\02\\00\\ff\\00\\00\\00")
    ${data.join("\n")}
    (global $at (mut i32) (i32.const 0))
    (func $byte (param i32)
      (i32.store8 (global.get $at) (local.get 0))
      (global.set $at (i32.add (global.get $at) (i32.const 1))))
    (func $digit (param i32)
      (call $byte
        (i32.add (local.get 0) (select (i32.const 48) (i32.const 87) (i32.lt_u (local.get 0) (i32.const 10))))))
    (func $hex (param i32)
      (call $digit (i32.and (i32.shr_u (local.get 0) (i32.const 4)) (i32.const 15)))
      (call $digit (i32.and (local.get 0) (i32.const 15))))
    (func $tell (param $text i32) (param $long i32) (param $code i32) (param $from i32) (param $length i32)
      (memory.copy (i32.const ${LINE}) (local.get $text) (local.get $long))
      (global.set $at (i32.add (i32.const ${LINE}) (local.get $long)))
      (call $hex (local.get $code))
      (call $byte (i32.const 32))
      (block $end
        (loop $next
          (br_if $end (i32.eqz (local.get $length)))
          (call $hex (i32.load8_u (local.get $from)))
          (local.set $from (i32.add (local.get $from) (i32.const 1)))
          (local.set $length (i32.sub (local.get $length) (i32.const 1)))
          (br $next)))
      (memory.fill (i32.const ${OUT}) (i32.const 0) (i32.const 64))
      (drop (call $log (i32.const 2) (i32.const ${LINE}) (i32.sub (global.get $at) (i32.const ${LINE})))))
    (func (export "proxy_abi_version_0_2_1"))
    (func (export "malloc") (param i32) (result i32) (i32.const 4096))
    (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32)
      ${calls.join("\n      ")}
      ${last}
      (drop (call $log (i32.const 3) (i32.const 16) (i32.const 9)))
      (i32.const 0)))`;
}
