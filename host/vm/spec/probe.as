// AssemblyScript. A module that does what its configuration says, and logs what came of it. A configuration is lines of
// `callback: operation; operation; …`; arguments are separated by spaces, `_` is empty, `%xx` is a byte. `return N` is
// the callback's result. Every callback logs its name and arguments first.

@external("env", "proxy_log") declare function proxy_log(level: u32, p: usize, n: i32): i32;
@external("env", "proxy_get_log_level") declare function proxy_get_log_level(out: usize): i32;
@external("env", "proxy_get_current_time_nanoseconds") declare function proxy_time(out: usize): i32;
@external("env", "proxy_set_tick_period_milliseconds") declare function proxy_tick(ms: u32): i32;
@external("env", "proxy_set_effective_context") declare function proxy_effective(id: i32): i32;
@external("env", "proxy_done") declare function proxy_done(): i32;
@external("env", "proxy_get_status") declare function proxy_get_status(code: usize, p: usize, n: usize): i32;
@external("env", "proxy_get_property") declare function proxy_get_property(k: usize, n: i32, p: usize, s: usize): i32;
@external("env", "proxy_set_property") declare function proxy_set_property(k: usize, n: i32, v: usize, m: i32): i32;
@external("env", "proxy_get_buffer_bytes") declare function proxy_get_buffer_bytes(t: u32, s: i32, l: i32, p: usize, n: usize): i32;
@external("env", "proxy_set_buffer_bytes") declare function proxy_set_buffer_bytes(t: u32, s: i32, l: i32, p: usize, n: i32): i32;
@external("env", "proxy_get_buffer_status") declare function proxy_get_buffer_status(t: u32, l: usize, f: usize): i32;
@external("env", "proxy_get_header_map_size") declare function proxy_map_size(m: u32, out: usize): i32;
@external("env", "proxy_get_header_map_pairs") declare function proxy_map_pairs(m: u32, p: usize, n: usize): i32;
@external("env", "proxy_set_header_map_pairs") declare function proxy_map_set_pairs(m: u32, p: usize, n: i32): i32;
@external("env", "proxy_get_header_map_value") declare function proxy_map_get(m: u32, k: usize, n: i32, p: usize, s: usize): i32;
@external("env", "proxy_add_header_map_value") declare function proxy_map_add(m: u32, k: usize, n: i32, v: usize, s: i32): i32;
@external("env", "proxy_replace_header_map_value") declare function proxy_map_replace(m: u32, k: usize, n: i32, v: usize, s: i32): i32;
@external("env", "proxy_remove_header_map_value") declare function proxy_map_remove(m: u32, k: usize, n: i32): i32;
@external("env", "proxy_continue_stream") declare function proxy_continue_stream(t: u32): i32;
@external("env", "proxy_close_stream") declare function proxy_close_stream(t: u32): i32;
@external("env", "proxy_send_local_response") declare function proxy_local(c: u32, d: usize, dn: i32, b: usize, bn: i32, h: usize, hn: i32, g: i32): i32;
@external("env", "proxy_http_call") declare function proxy_http_call(c: usize, cn: i32, h: usize, hn: i32, b: usize, bn: i32, t: usize, tn: i32, ms: u32, out: usize): i32;
@external("env", "proxy_grpc_call") declare function proxy_grpc_call(c: usize, cn: i32, s: usize, sn: i32, m: usize, mn: i32, h: usize, hn: i32, b: usize, bn: i32, ms: u32, out: usize): i32;
@external("env", "proxy_grpc_stream") declare function proxy_grpc_stream(c: usize, cn: i32, s: usize, sn: i32, m: usize, mn: i32, h: usize, hn: i32, out: usize): i32;
@external("env", "proxy_grpc_send") declare function proxy_grpc_send(t: u32, p: usize, n: i32, e: i32): i32;
@external("env", "proxy_grpc_cancel") declare function proxy_grpc_cancel(t: u32): i32;
@external("env", "proxy_grpc_close") declare function proxy_grpc_close(t: u32): i32;
@external("env", "proxy_get_shared_data") declare function proxy_shared_get(k: usize, n: i32, p: usize, s: usize, cas: usize): i32;
@external("env", "proxy_set_shared_data") declare function proxy_shared_set(k: usize, n: i32, v: usize, s: i32, cas: u32): i32;
@external("env", "proxy_register_shared_queue") declare function proxy_queue_register(k: usize, n: i32, out: usize): i32;
@external("env", "proxy_resolve_shared_queue") declare function proxy_queue_resolve(v: usize, vn: i32, k: usize, n: i32, out: usize): i32;
@external("env", "proxy_enqueue_shared_queue") declare function proxy_enqueue(t: u32, p: usize, n: i32): i32;
@external("env", "proxy_dequeue_shared_queue") declare function proxy_dequeue(t: u32, p: usize, n: usize): i32;
@external("env", "proxy_define_metric") declare function proxy_metric(t: u32, k: usize, n: i32, out: usize): i32;
@external("env", "proxy_increment_metric") declare function proxy_increment(id: u32, by: i64): i32;
@external("env", "proxy_record_metric") declare function proxy_record(id: u32, value: i64): i32;
@external("env", "proxy_get_metric") declare function proxy_metric_get(id: u32, out: usize): i32;
@external("env", "envoy_resolve_dns") declare function envoy_resolve_dns(k: usize, n: i32, out: usize): i32;
@external("env", "proxy_call_foreign_function") declare function proxy_foreign(f: usize, fn: i32, a: usize, an: i32, p: usize, n: usize): i32;

@global
export function probeAbort(message: string | null, file: string | null, line: u32, column: u32): void {
  say(4, "abort: " + (message == null ? "?" : message!));
  unreachable();
}

let handed: ArrayBuffer | null = null;
const out = memory.data(32);
const programs = new Map<string, string[]>();
let result: i32 = 0;

function say(level: u32, text: string): void {
  const b = String.UTF8.encode(text);
  proxy_log(level, changetype<usize>(b), b.byteLength);
}
function at(b: ArrayBuffer): usize { return changetype<usize>(b); }

/** An argument's bytes. */
function bytes(text: string): ArrayBuffer {
  if (text == "_") return new ArrayBuffer(0);
  const b = new ArrayBuffer(text.length);
  let n = 0;
  for (let i = 0; i < text.length; i++) {
    let c = text.charCodeAt(i);
    if (c == 0x25 && i + 2 < text.length) { c = i32(parseInt(text.substr(i + 1, 2), 16)); i += 2; }
    store<u8>(at(b) + n++, u8(c));
  }
  return b.slice(0, n);
}
/** What the host gave: `*out`, `*(out+4)`. */
function given(): string {
  const p = load<u32>(out), n = load<u32>(out + 4);
  if (p == 0) return n == 0 ? "null" : "null+" + n.toString();
  let text = "";
  for (let i: u32 = 0; i < n; i++) {
    const c = load<u8>(p + i);
    text += c > 0x20 && c < 0x7f ? String.fromCharCode(c) : "%" + (c < 16 ? "0" : "") + u32(c).toString(16);
  }
  return "'" + text + "'";
}
/** `k=v,k=v` in wire form. */
function pairs(text: string): ArrayBuffer {
  if (text == "_") return new ArrayBuffer(0);
  const items = text.split(",");
  const keys = new Array<ArrayBuffer>(), values = new Array<ArrayBuffer>();
  let size = 4;
  for (let i = 0; i < items.length; i++) {
    const cut = items[i].indexOf("=");
    keys.push(bytes(items[i].substring(0, cut)));
    values.push(bytes(items[i].substring(cut + 1)));
    size += 8 + keys[i].byteLength + values[i].byteLength + 2;
  }
  const b = new ArrayBuffer(size);
  store<u32>(at(b), items.length);
  let p = at(b) + 4 + 8 * items.length;
  for (let i = 0; i < items.length; i++) {
    store<u32>(at(b) + 4 + 8 * i, keys[i].byteLength);
    store<u32>(at(b) + 8 + 8 * i, values[i].byteLength);
    memory.copy(p, at(keys[i]), keys[i].byteLength);
    p += keys[i].byteLength + 1;
    memory.copy(p, at(values[i]), values[i].byteLength);
    p += values[i].byteLength + 1;
  }
  return b;
}
/** `count` headers `k` with values of so many bytes. */
function many(count: i32, length: i32): ArrayBuffer {
  const size = 1 + 1 + length + 1;
  const b = new ArrayBuffer(4 + count * (8 + size));
  store<u32>(at(b), count);
  for (let i = 0; i < count; i++) {
    store<u32>(at(b) + 4 + 8 * i, 1);
    store<u32>(at(b) + 8 + 8 * i, length);
    const p = at(b) + 4 + 8 * count + i * size;
    store<u8>(p, 0x6b);
    memory.fill(p + 2, 0x76, length);
  }
  return b;
}
function int(text: string): i32 { return i32(parseInt(text)); }

function run(name: string, args: string, otherwise: i32 = 0): i32 {
  say(2, name + (args == "" ? "" : " " + args));
  result = otherwise;
  if (programs.has(name)) {
    const program = programs.get(name);
    for (let i = 0; i < program.length; i++) {
      const words = program[i].trim().split(" ");
      const came = operate(words);
      if (came != "") say(2, "  " + words[0] + " " + came);
    }
  }
  return result;
}

function operate(w: string[]): string {
  const op = w[0];
  const a = w.length > 1 ? bytes(w[1]) : new ArrayBuffer(0);
  const b = w.length > 2 ? bytes(w[2]) : new ArrayBuffer(0);
  store<u64>(out, 0xdeadbeefdeadbeef); store<u64>(out + 8, 0xdeadbeefdeadbeef);
  let s: i32 = -1;
  if (op == "return") { result = int(w[1]); return ""; }
  if (op == "say") { proxy_log(int(w[1]), at(b), b.byteLength); return ""; }
  if (op == "trap") unreachable();
  if (op == "abort") throw new Error("as told");
  if (op == "loop") while (true) {}
  if (op == "recurse") return recurse(0).toString();
  if (op == "grow") return memory.grow(int(w[1])).toString();
  if (op == "level") { s = proxy_get_log_level(out); return `${s} ${load<u32>(out)}`; }
  if (op == "time") { s = proxy_time(out); return `${s} ${load<u64>(out)}`; }
  if (op == "tick") return proxy_tick(int(w[1])).toString();
  if (op == "effective") return proxy_effective(int(w[1])).toString();
  if (op == "done") return proxy_done().toString();
  if (op == "status") { s = proxy_get_status(out + 8, out, out + 4); return `${s} ${load<u32>(out + 8)} ${given()}`; }
  if (op == "prop") { s = proxy_get_property(at(a), a.byteLength, out, out + 4); return s == 0 ? `0 ${given()}` : s.toString(); }
  if (op == "setprop") return proxy_set_property(at(a), a.byteLength, at(b), b.byteLength).toString();
  if (op == "buf") { s = proxy_get_buffer_bytes(int(w[1]), int(w[2]), int(w[3]), out, out + 4); return s == 0 ? `0 ${given()}` : s.toString(); }
  if (op == "setbuf") { const v = bytes(w[4]); return proxy_set_buffer_bytes(int(w[1]), int(w[2]), int(w[3]), at(v), v.byteLength).toString(); }
  if (op == "bufstat") { s = proxy_get_buffer_status(int(w[1]), out, out + 4); return s == 0 ? `0 ${load<u32>(out)} ${load<u32>(out + 4)}` : s.toString(); }
  if (op == "size") { s = proxy_map_size(int(w[1]), out); return s == 0 ? `0 ${load<u32>(out)}` : s.toString(); }
  if (op == "pairs") { s = proxy_map_pairs(int(w[1]), out, out + 4); return s == 0 ? `0 ${given()}` : s.toString(); }
  if (op == "setpairs") { const v = pairs(w[2]); return proxy_map_set_pairs(int(w[1]), at(v), v.byteLength).toString(); }
  if (op == "setmany") { const v = many(int(w[2]), int(w[3])); return proxy_map_set_pairs(int(w[1]), at(v), v.byteLength).toString(); }
  if (op == "setraw") return proxy_map_set_pairs(int(w[1]), at(b), b.byteLength).toString();
  if (op == "get") { s = proxy_map_get(int(w[1]), at(b), b.byteLength, out, out + 4); return s == 0 ? `0 ${given()}` : s.toString(); }
  if (op == "add") { const v = bytes(w[3]); return proxy_map_add(int(w[1]), at(b), b.byteLength, at(v), v.byteLength).toString(); }
  if (op == "set") { const v = bytes(w[3]); return proxy_map_replace(int(w[1]), at(b), b.byteLength, at(v), v.byteLength).toString(); }
  if (op == "del") return proxy_map_remove(int(w[1]), at(b), b.byteLength).toString();
  if (op == "continue") return proxy_continue_stream(int(w[1])).toString();
  if (op == "close") return proxy_close_stream(int(w[1])).toString();
  if (op == "local") { const c = bytes(w[3]), h = pairs(w[4]); return proxy_local(int(w[1]), at(b), b.byteLength, at(c), c.byteLength, at(h), h.byteLength, int(w[5])).toString(); }
  if (op == "http") { const h = pairs(w[2]), c = bytes(w[3]); const t = pairs(w.length > 5 ? w[5] : "_"); s = proxy_http_call(at(a), a.byteLength, at(h), h.byteLength, at(c), c.byteLength, at(t), t.byteLength, int(w[4]), out); return `${s} ${load<u32>(out)}`; }
  if (op == "grpc") { const m = bytes(w[3]), c = bytes(w[4]); const ms = w.length > 5 ? int(w[5]) : 0; s = proxy_grpc_call(at(a), a.byteLength, at(b), b.byteLength, at(m), m.byteLength, 0, 0, at(c), c.byteLength, ms, out); return s == 0 ? `0 ${load<u32>(out)}` : s.toString(); }
  if (op == "stream") { const m = bytes(w[3]); s = proxy_grpc_stream(at(a), a.byteLength, at(b), b.byteLength, at(m), m.byteLength, 0, 0, out); return s == 0 ? `0 ${load<u32>(out)}` : s.toString(); }
  if (op == "dns") { s = envoy_resolve_dns(at(a), a.byteLength, out); return `${s} ${load<u32>(out)}`; }
  if (op == "send") return proxy_grpc_send(int(w[1]), at(b), b.byteLength, int(w[3])).toString();
  if (op == "cancel") return proxy_grpc_cancel(int(w[1])).toString();
  if (op == "grpcclose") return proxy_grpc_close(int(w[1])).toString();
  if (op == "sharedget") { s = proxy_shared_get(at(a), a.byteLength, out, out + 4, out + 8); return s == 0 ? `0 ${given()} ${load<u32>(out + 8)}` : s.toString(); }
  if (op == "sharedset") return proxy_shared_set(at(a), a.byteLength, at(b), b.byteLength, int(w[3])).toString();
  if (op == "queue") { s = proxy_queue_register(at(a), a.byteLength, out); return `${s} ${load<u32>(out)}`; }
  if (op == "resolve") { s = proxy_queue_resolve(at(a), a.byteLength, at(b), b.byteLength, out); return s == 0 ? `0 ${load<u32>(out)}` : s.toString(); }
  if (op == "enqueue") return proxy_enqueue(int(w[1]), at(b), b.byteLength).toString();
  if (op == "dequeue") { s = proxy_dequeue(int(w[1]), out, out + 4); return s == 0 ? `0 ${given()}` : s.toString(); }
  if (op == "metric") { s = proxy_metric(int(w[1]), at(b), b.byteLength, out); return s == 0 ? `0 ${load<u32>(out)}` : s.toString(); }
  if (op == "inc") return proxy_increment(int(w[1]), i64(parseInt(w[2]))).toString();
  if (op == "rec") return proxy_record(int(w[1]), i64(parseInt(w[2]))).toString();
  if (op == "value") { s = proxy_metric_get(int(w[1]), out); return s == 0 ? `0 ${load<u64>(out)}` : s.toString(); }
  if (op == "foreign") { s = proxy_foreign(at(a), a.byteLength, at(b), b.byteLength, out, out + 4); return load<u32>(out) == 0xdeadbeef ? s.toString() : `${s} ${given()}`; }
  if (op == "foreignquiet") return proxy_foreign(at(a), a.byteLength, at(b), b.byteLength, 0, 0).toString();
  return "unknown operation";
}
function recurse(n: i32): i32 { return n < 0 ? 0 : recurse(n + 1) + n; }

export function proxy_abi_version_0_2_1(): void {}
export function proxy_on_memory_allocate(size: i32): usize { const b = new ArrayBuffer(size); handed = b; return at(b); }
export function proxy_on_context_create(id: i32, parent: i32): void { run("context_create", `${id} ${parent}`); }
export function proxy_on_vm_start(id: i32, size: i32): i32 { return run("vm_start", `${id} ${size}`, 1); }
export function proxy_on_configure(id: i32, size: i32): i32 {
  if (proxy_get_buffer_bytes(7, 0, size, out, out + 4) == 0 && size > 0) {
    const lines = String.UTF8.decodeUnsafe(load<u32>(out), load<u32>(out + 4)).split("\n");
    for (let i = 0; i < lines.length; i++) {
      const cut = lines[i].indexOf(":");
      if (cut > 0) programs.set(lines[i].substring(0, cut).trim(), lines[i].substring(cut + 1).split(";"));
    }
  }
  return run("configure", `${id} ${size}`, 1);
}
export function proxy_on_tick(id: i32): void { run("tick", `${id}`); }
export function proxy_on_queue_ready(id: i32, token: i32): void { run("queue_ready", `${id} ${token}`); }
export function proxy_on_done(id: i32): i32 { return run("done", `${id}`, 1); }
export function proxy_on_log(id: i32): void { run("log", `${id}`); }
export function proxy_on_delete(id: i32): void { run("delete", `${id}`); }
export function proxy_on_new_connection(id: i32): i32 { return run("new_connection", `${id}`); }
export function proxy_on_downstream_data(id: i32, n: i32, end: i32): i32 { return run("downstream_data", `${id} ${n} ${end}`); }
export function proxy_on_upstream_data(id: i32, n: i32, end: i32): i32 { return run("upstream_data", `${id} ${n} ${end}`); }
export function proxy_on_downstream_connection_close(id: i32, peer: i32): void { run("downstream_close", `${id} ${peer}`); }
export function proxy_on_upstream_connection_close(id: i32, peer: i32): void { run("upstream_close", `${id} ${peer}`); }
export function proxy_on_request_headers(id: i32, n: i32, end: i32): i32 { return run("request_headers", `${id} ${n} ${end}`); }
export function proxy_on_request_body(id: i32, n: i32, end: i32): i32 { return run("request_body", `${id} ${n} ${end}`); }
export function proxy_on_request_trailers(id: i32, n: i32): i32 { return run("request_trailers", `${id} ${n}`); }
export function proxy_on_response_headers(id: i32, n: i32, end: i32): i32 { return run("response_headers", `${id} ${n} ${end}`); }
export function proxy_on_response_body(id: i32, n: i32, end: i32): i32 { return run("response_body", `${id} ${n} ${end}`); }
export function proxy_on_response_trailers(id: i32, n: i32): i32 { return run("response_trailers", `${id} ${n}`); }
export function proxy_on_http_call_response(id: i32, token: i32, h: i32, b: i32, t: i32): void { run("http_call_response", `${id} ${token} ${h} ${b} ${t}`); }
export function proxy_on_grpc_receive_initial_metadata(id: i32, token: i32, n: i32): void { run("grpc_initial", `${id} ${token} ${n}`); }
export function proxy_on_grpc_receive(id: i32, token: i32, n: i32): void { run("grpc_receive", `${id} ${token} ${n}`); }
export function proxy_on_grpc_receive_trailing_metadata(id: i32, token: i32, n: i32): void { run("grpc_trailing", `${id} ${token} ${n}`); }
export function proxy_on_grpc_close(id: i32, token: i32, status: i32): void { run("grpc_close", `${id} ${token} ${status}`); }
export function envoy_on_resolve_dns(id: i32, token: i32, n: i32): void { run("resolve_dns", `${id} ${token} ${n}`); }
