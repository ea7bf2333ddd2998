// Apache Thrift's library for Node as a server and as a client; the stubs are written by hand, as its compiler would. The
// service and the scenarios are those of peer.py, as far as this library goes.
//   peer.cjs MODULE serve NAME PORT TRANSPORT PROTOCOL [SERVICE]
//   peer.cjs MODULE call PORT TRANSPORT PROTOCOL [SERVICE]
//   peer.cjs MODULE echo PORTS TRANSPORT PROTOCOL [SERVICE]
const [, , modulePath, command, ...rest] = process.argv;
const thrift = require(modulePath);
const { Thrift } = thrift;
const { CALL, ONEWAY, REPLY, EXCEPTION } = Thrift.MessageType;
const { STOP, STRING, I32, I64, MAP, LIST, STRUCT } = Thrift.Type;

// Of each method: its argument's type and its result's.
const METHODS = {
  echo: ["binary", "binary"],
  spread: ["numbers", "numbers"],
  who: [null, "text"],
  nothing: [null, null],
  note: ["text", null],
  buy: ["text", null],
  crash: [null, null],
  sleep: ["number", null],
  notes: [null, "texts"],
  header: ["text", "text"],
  gone: [null, null],
  unheard: [null, null],
};
const TYPES = { binary: STRING, text: STRING, number: I32, numbers: MAP, texts: LIST };

class OutOfStock extends Error {}

function writeValue(p, kind, value) {
  if (kind === "binary") p.writeBinary(value);
  else if (kind === "text") p.writeString(value);
  else if (kind === "number") p.writeI32(value);
  else if (kind === "texts") {
    p.writeListBegin(STRING, value.length);
    for (const text of value) p.writeString(text);
    p.writeListEnd();
  } else {
    p.writeMapBegin(STRING, LIST, Object.keys(value).length);
    for (const [key, numbers] of Object.entries(value)) {
      p.writeString(key);
      p.writeListBegin(I64, numbers.length);
      for (const number of numbers) p.writeI64(number);
      p.writeListEnd();
    }
    p.writeMapEnd();
  }
}

function readValue(p, kind) {
  if (kind === "binary") return p.readBinary();
  if (kind === "text") return p.readString();
  if (kind === "number") return p.readI32();
  if (kind === "texts") {
    const texts = Array.from({ length: p.readListBegin().size }, () => p.readString());
    p.readListEnd();
    return texts;
  }
  const found = {};
  for (let count = p.readMapBegin().size; count > 0; count--) {
    const key = p.readString();
    found[key] = Array.from({ length: p.readListBegin().size }, () => Number(p.readI64()));
    p.readListEnd();
  }
  p.readMapEnd();
  return found;
}

function writeStruct(p, kind, number, value) {
  p.writeStructBegin("");
  if (kind === "gone") {
    p.writeFieldBegin("gone", STRUCT, number);
    writeStruct(p, "text", 1, value);
    p.writeFieldEnd();
  } else if (kind !== null) {
    p.writeFieldBegin("value", TYPES[kind], number);
    writeValue(p, kind, value);
    p.writeFieldEnd();
  }
  p.writeFieldStop();
  p.writeStructEnd();
}

function readStruct(p, kind) {
  let found = { id: undefined, value: undefined };
  p.readStructBegin();
  for (;;) {
    const { ftype, fid } = p.readFieldBegin();
    if (ftype === STOP) break;
    found = { id: fid, value: ftype === STRUCT ? readStruct(p, "text").value : readValue(p, kind) };
    p.readFieldEnd();
  }
  p.readStructEnd();
  return found;
}

/** THeader's number of the compact protocol. */
const COMPACT = 2;

// The library calls a protocol's constructor on objects of its own, so these are no classes.

/** The old form of the binary protocol: no version before a message's name. */
function OldBinary(transport) {
  thrift.TBinaryProtocol.call(this, transport, false, false);
}
OldBinary.prototype = Object.create(thrift.TBinaryProtocol.prototype);

/** THeader begins with the binary protocol, and keeps to what its transport says. */
function HeaderCompact(transport) {
  transport.setProtocolId(COMPACT);
  thrift.THeaderProtocol.call(this, transport);
}
HeaderCompact.prototype = Object.create(thrift.THeaderProtocol.prototype);

const PROTOCOLS = { binary: thrift.TBinaryProtocol, old: OldBinary, compact: thrift.TCompactProtocol };

function options(transport, protocol) {
  const header = protocol === "compact" ? HeaderCompact : thrift.THeaderProtocol;
  return {
    // THeaderProtocol reads and writes the lengths itself.
    transport: transport === "framed" ? thrift.TFramedTransport : thrift.TBufferedTransport,
    protocol: transport === "header" ? header : PROTOCOLS[protocol],
  };
}

// ── The server ──

class Processor {
  constructor(name) {
    this.name = name;
    this.notes = [];
    this.process = this.process.bind(this);
  }

  // The library reads on until this throws for want of bytes, and with THeader input and output are one: whatever can be
  // answered at once is.
  process(input, output) {
    const { fname, mtype, rseqid } = input.readMessageBegin();
    const method = `${fname}`; // the old binary protocol's are bytes
    const { value } = readStruct(input, METHODS[method]?.[0]);
    input.readMessageEnd();
    const answer = (result) => mtype === ONEWAY || this.answer(output, method, rseqid, result);
    let result;
    try {
      result = this.run(method, value, input);
    } catch (error) {
      result = error;
    }
    if (result instanceof Promise) result.then(answer);
    else answer(result);
  }

  answer(output, method, sequence, result) {
    if (result instanceof OutOfStock) {
      output.writeMessageBegin(method, REPLY, sequence);
      writeStruct(output, "gone", 1, result.message);
    } else if (result instanceof Error) {
      output.writeMessageBegin(method, EXCEPTION, sequence);
      const type = Thrift.TApplicationExceptionType[result.unknown ? "UNKNOWN_METHOD" : "INTERNAL_ERROR"];
      new Thrift.TApplicationException(type, result.message).write(output);
    } else {
      output.writeMessageBegin(method, REPLY, sequence);
      writeStruct(output, METHODS[method][1], 0, result);
    }
    output.writeMessageEnd();
    output.flush();
  }

  run(method, value, input) {
    if (method === "echo" || method === "spread") return value;
    if (method === "who") return this.name;
    if (method === "note") this.notes.push(value);
    if (method === "notes") return this.notes;
    if (method === "buy") return new OutOfStock(value);
    if (method === "crash") throw new Error("broken on purpose");
    if (method === "sleep") return new Promise((resolve) => setTimeout(resolve, value));
    if (method === "header") return `${input.trans.getReadHeaders?.()[value] ?? ""}`;
    if (method === "unheard" || method === "gone") {
      throw Object.assign(new Error(`Unknown function ${method}`), { unknown: true });
    }
    return undefined;
  }
}

function serve(name, port, transport, protocol, service) {
  const plain = new Processor(name);
  let processor = plain;
  if (service) {
    processor = new thrift.MultiplexedProcessor();
    processor.registerProcessor(service, plain);
  }
  const server = thrift.createMultiplexServer(processor, options(transport, protocol));
  server.on("error", (error) => console.error(error));
  server.listen(Number(port), "127.0.0.1", () => console.log("ready"));
  process.stdin.resume().on("end", () => process.exit(0));
}

// ── The client ──

/** As generated code looks to the library: `_reqs`, `new_seqid` and a `recv_` for each method. */
class Client {
  constructor(output, pClass) {
    this.output = output;
    this.pClass = pClass;
    this._seqid = 0;
    this._reqs = {};
    for (const [method, [, result]] of Object.entries(METHODS)) {
      this[`recv_${method}`] = (input, mtype, rseqid) => {
        const callback = this._reqs[rseqid] ?? (() => undefined);
        delete this._reqs[rseqid];
        if (mtype === EXCEPTION) {
          const error = new Thrift.TApplicationException();
          error.read(input);
          input.readMessageEnd();
          return callback(error);
        }
        const { id, value } = readStruct(input, result);
        input.readMessageEnd();
        return id ? callback(new OutOfStock(value)) : callback(null, value);
      };
    }
  }

  new_seqid() {
    this._seqid += 1;
    return this._seqid;
  }

  call(method, value, headers = {}, type = CALL) {
    const sequence = this.new_seqid();
    return new Promise((resolve, reject) => {
      if (type === CALL) this._reqs[sequence] = (error, answer) => (error ? reject(error) : resolve(answer));
      const output = new this.pClass(this.output);
      output.trans.clearWriteHeaders?.(); // the transport keeps them from call to call
      for (const [key, header] of Object.entries(headers)) output.trans.setWriteHeader(key, header);
      output.writeMessageBegin(method, type, sequence);
      writeStruct(output, METHODS[method][0], 1, value);
      output.writeMessageEnd();
      output.flush();
      if (type === ONEWAY) resolve(null);
    });
  }
}

function connect(port, transport, protocol, service) {
  const connection = thrift.createConnection("127.0.0.1", Number(port), options(transport, protocol));
  const client = service
    ? new thrift.Multiplexer().createClient(service, Client, connection)
    : thrift.createClient(Client, connection);
  return { connection, client };
}

async function report(scenario, run) {
  const started = Date.now();
  let line;
  try {
    line = { value: await run() };
  } catch (error) {
    if (error instanceof OutOfStock) line = { business: error.message };
    else if (error.type !== undefined) line = { application: error.type, message: error.message };
    else line = { error: `${error}` };
  }
  console.log(JSON.stringify({ ...line, scenario, ms: Date.now() - started }));
}

async function echo(ports, transport, protocol, service) {
  const headers = transport === "header" ? { client_timeout: "500" } : {};
  for (const port of ports.split(",")) {
    const { connection, client } = connect(port, transport, protocol, service);
    const closed = new Promise((_, reject) => {
      connection.on("error", reject).on("close", () => reject(new Error("the connection was closed")));
    });
    closed.catch(() => undefined);
    // Of what its compact protocol writes, this library reads negative numbers as large ones.
    for (const sequence of [7, 2 ** 31 - 1]) {
      client._seqid = sequence - 1; // heeded where calls are not multiplexed
      const sent = () => client.call("echo", Buffer.alloc(2000), headers).then(({ length }) => length);
      await report(`${port}/${sequence}`, () => Promise.race([sent(), closed]));
    }
    connection.end();
  }
}

async function call(port, transport, protocol, service) {
  const { connection, client } = connect(port, transport, protocol, service);
  connection.on("error", (error) => console.log(JSON.stringify({ scenario: "connection", error: error.message })));
  const big = Buffer.alloc(300_000, "wind");
  const numbers = { a: [1, -1, 2 ** 40], "": [], "🌊": Array.from({ length: 100 }, (_, i) => i) };
  const scenarios = {
    who: () => client.call("who"),
    echo: async () => {
      const sent = [Buffer.alloc(0), Buffer.from([0, 0x80, 0x82]), big];
      const got = await Promise.all(sent.map((data) => client.call("echo", data)));
      return got.map((data, i) => sent[i].equals(data));
    },
    spread: async () => JSON.stringify(await client.call("spread", numbers)) === JSON.stringify(numbers),
    nothing: async () => (await client.call("nothing")) ?? null,
    buy: () => client.call("buy", "wind"),
    crash: () => client.call("crash"),
    unknown: () => client.call("unheard"),
    gone: () => client.call("gone"),
    unavailable: () => client.call("sleep", 1),
    note: () => client.call("note", "remember", {}, ONEWAY),
    notes: async () => {
      for (let i = 0; i < 100; i++) {
        if ((await client.call("notes")).includes("remember")) return true;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return false;
    },
    many: async () => {
      const payloads = Array.from({ length: 40 }, (_, i) => Buffer.from(`number ${i}`));
      const got = await Promise.all(payloads.map((payload) => client.call("echo", payload)));
      return got.every((payload, i) => payloads[i].equals(payload));
    },
    ...(transport === "header" && {
      jason: () => client.call("who", undefined, { User: "Jason" }),
      header: () => client.call("header", "X-Group", { user: "Maria" }),
    }),
  };
  for (const [scenario, run] of Object.entries(scenarios)) await report(scenario, run);
  connection.end();
}

({ serve, call, echo })[command](...rest);
