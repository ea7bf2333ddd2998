"""Apache Thrift's Python library as a server and as a client; the stubs are written by hand, as its compiler would.

    peer.py serve NAME PORT TRANSPORT PROTOCOL          prints «ready», ends with its standard input
    peer.py call PORT TRANSPORT PROTOCOL [SERVICE]      prints one line of JSON for each scenario
    peer.py echo PORTS TRANSPORT PROTOCOL [SERVICE]     prints one for each call, of two at each port (PORT,PORT,…)

service Everything {
  binary echo(1: binary payload)
  map<string, list<i64>> spread(1: map<string, list<i64>> numbers)
  string who()
  void nothing()
  oneway void note(1: string text)
  void buy(1: string thing) throws (1: OutOfStock gone)
  void crash()
  void sleep(1: i32 milliseconds)
  list<string> notes()
  string header(1: string name)
}
exception OutOfStock { 1: string thing }
"""

import json
import os
import socket
import sys
import threading
import time

from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.protocol.TCompactProtocol import TCompactProtocol
from thrift.protocol.THeaderProtocol import THeaderProtocol
from thrift.protocol.TMultiplexedProtocol import TMultiplexedProtocol
from thrift.Thrift import TApplicationException, TMessageType, TType
from thrift.TMultiplexedProcessor import TMultiplexedProcessor
from thrift.transport.THeaderTransport import THeaderClientType, THeaderSubprotocolID, THeaderTransformID
from thrift.transport.TSocket import TSocket
from thrift.transport.TTransport import TBufferedTransport, TFramedTransport, TTransportException


class OutOfStock(Exception):
    pass


STRING, I32, MAP, LIST = TType.STRING, TType.I32, TType.MAP, TType.LIST

# Of each method: its argument's type and its result's.
METHODS = {
    "echo": ("binary", "binary"),
    "spread": ("numbers", "numbers"),
    "who": (None, "text"),
    "nothing": (None, None),
    "note": ("text", None),
    "buy": ("text", None),
    "crash": (None, None),
    "sleep": ("number", None),
    "notes": (None, "texts"),
    "header": ("text", "text"),
}
TYPES = {"binary": STRING, "text": STRING, "number": I32, "numbers": MAP, "texts": LIST}


def write_value(p, kind, value):
    if kind == "binary":
        p.writeBinary(value)
    elif kind == "text":
        p.writeString(value)
    elif kind == "number":
        p.writeI32(value)
    elif kind == "texts":
        p.writeListBegin(STRING, len(value))
        for text in value:
            p.writeString(text)
        p.writeListEnd()
    else:
        p.writeMapBegin(STRING, LIST, len(value))
        for key, numbers in value.items():
            p.writeString(key)
            p.writeListBegin(TType.I64, len(numbers))
            for number in numbers:
                p.writeI64(number)
            p.writeListEnd()
        p.writeMapEnd()


def read_value(p, kind):
    if kind == "binary":
        return p.readBinary()
    if kind == "text":
        return p.readString()
    if kind == "number":
        return p.readI32()
    if kind == "texts":
        texts = [p.readString() for _ in range(p.readListBegin()[1])]
        p.readListEnd()
        return texts
    found = {}
    for _ in range(p.readMapBegin()[2]):
        key = p.readString()
        found[key] = [p.readI64() for _ in range(p.readListBegin()[1])]
        p.readListEnd()
    p.readMapEnd()
    return found


def write_struct(p, kind=None, number=0, value=None):
    p.writeStructBegin("")
    if kind == "gone":
        p.writeFieldBegin("gone", TType.STRUCT, number)
        write_struct(p, "text", 1, value)
        p.writeFieldEnd()
    elif kind is not None:
        p.writeFieldBegin("value", TYPES[kind], number)
        write_value(p, kind, value)
        p.writeFieldEnd()
    p.writeFieldStop()
    p.writeStructEnd()


def read_struct(p, kind):
    """The last field of a struct with at most one: its id and its value."""
    number, value = None, None
    p.readStructBegin()
    while True:
        _, field, found = p.readFieldBegin()
        if field == TType.STOP:
            break
        number = found
        value = read_struct(p, "text")[1] if field == TType.STRUCT else read_value(p, kind)
        p.readFieldEnd()
    p.readStructEnd()
    return number, value


class Processor:
    def __init__(self, name):
        self.name = name
        self.notes = []

    def process(self, iprot, oprot):
        method, kind, sequence = iprot.readMessageBegin()
        if method not in METHODS:
            iprot.skip(TType.STRUCT)
            iprot.readMessageEnd()
            self.refuse(oprot, method, sequence, TApplicationException.UNKNOWN_METHOD, f"Unknown function {method}")
            return True
        argument, result = METHODS[method]
        value = read_struct(iprot, argument)[1]
        iprot.readMessageEnd()
        try:
            answer = (result, 0, self.run(method, value, iprot))
        except OutOfStock as gone:
            answer = ("gone", 1, str(gone))
        except Exception as error:
            self.refuse(oprot, method, sequence, TApplicationException.INTERNAL_ERROR, str(error))
            return True
        if kind == TMessageType.ONEWAY:
            return True
        if hasattr(oprot, "set_header"):
            oprot.set_header(b"Served-By", self.name.encode())
        oprot.writeMessageBegin(method, TMessageType.REPLY, sequence)
        write_struct(oprot, *answer)
        oprot.writeMessageEnd()
        oprot.trans.flush()
        return True

    def refuse(self, oprot, method, sequence, kind, message):
        oprot.writeMessageBegin(method, TMessageType.EXCEPTION, sequence)
        TApplicationException(kind, message).write(oprot)
        oprot.writeMessageEnd()
        oprot.trans.flush()

    def run(self, method, value, iprot):
        if method in ("echo", "spread"):
            return value
        if method == "who":
            return self.name
        if method == "note":
            self.notes.append(value)
        if method == "notes":
            return self.notes
        if method == "buy":
            raise OutOfStock(value)
        if method == "crash":
            raise ValueError("broken on purpose")
        if method == "sleep":
            time.sleep(value / 1000)
        if method == "header":
            headers = iprot.get_headers() if hasattr(iprot, "get_headers") else {}
            return headers.get(value.encode(), b"").decode()
        return None


def protocol_over(trans, transport, protocol, server=False):
    if transport in ("header", "compressed"):
        number = THeaderSubprotocolID.COMPACT if protocol == "compact" else THeaderSubprotocolID.BINARY
        over = THeaderProtocol(TBufferedTransport(trans), (THeaderClientType.HEADERS,), number)
        if transport == "compressed":
            over.add_transform(THeaderTransformID.ZLIB)
        return over
    over = TFramedTransport(trans) if transport == "framed" else TBufferedTransport(trans)
    if protocol == "compact":
        return TCompactProtocol(over)
    strict = protocol == "binary"
    return TBinaryProtocol(over, strictRead=strict, strictWrite=strict)


def serve(name, port, transport, protocol):
    plain = Processor(name)
    processor = TMultiplexedProcessor()
    processor.registerDefault(plain)
    processor.registerProcessor("Everything", plain)
    listening = socket.create_server(("127.0.0.1", int(port)), backlog=512)

    def converse(client):
        trans = TSocket()
        trans.setHandle(client)
        p = protocol_over(trans, transport, protocol)
        try:
            while True:
                processor.process(p, p)
        except (TTransportException, OSError, EOFError):
            client.close()

    def accept():
        while True:
            client, _ = listening.accept()
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=converse, args=(client,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    print("ready", flush=True)
    sys.stdin.read()
    os._exit(0)


class Client:
    def __init__(self, port, transport, protocol, service=None):
        self.socket = TSocket("127.0.0.1", int(port))
        self.socket.setTimeout(5000)
        self.bare = protocol_over(self.socket, transport, protocol)
        self.p = TMultiplexedProtocol(self.bare, service) if service else self.bare
        self.socket.open()
        self.sequence = 0

    def call(self, method, value=None, headers=(), kind=TMessageType.CALL):
        argument, result = METHODS.get(method, (None, None))
        for key, header in headers:
            self.bare.set_header(key.encode(), header.encode())
        self.p.writeMessageBegin(method, kind, self.sequence)
        write_struct(self.p, argument, 1, value)
        self.p.writeMessageEnd()
        self.p.trans.flush()
        if kind == TMessageType.ONEWAY:
            return None
        _, answer, sequence = self.p.readMessageBegin()
        assert sequence == self.sequence, f"sequence {sequence}, sent {self.sequence}"
        if answer == TMessageType.EXCEPTION:
            error = TApplicationException()
            error.read(self.p)
            self.p.readMessageEnd()
            raise error
        number, value = read_struct(self.p, result)
        self.p.readMessageEnd()
        if number not in (None, 0):
            raise OutOfStock(value)
        return value


def scenarios(client, transport):
    big = bytes(range(256)) * 1200
    numbers = {"a": [1, -1, 2**40], "": [], "🌊": list(range(100))}
    yield "who", lambda: client.call("who")
    yield "echo", lambda: [client.call("echo", data) == data for data in (b"", b"\0\x80\x82", big)]
    yield "spread", lambda: client.call("spread", numbers) == numbers
    yield "nothing", lambda: client.call("nothing")
    yield "buy", lambda: client.call("buy", "wind")
    yield "crash", lambda: client.call("crash")
    yield "unknown", lambda: client.call("unheard")
    yield "gone", lambda: client.call("gone")
    yield "unavailable", lambda: client.call("sleep", 1)
    yield "note", lambda: client.call("note", "remember", kind=TMessageType.ONEWAY)

    def noted():
        for _ in range(100):
            if "remember" in client.call("notes"):
                return True
            time.sleep(0.02)
        return False

    yield "notes", noted
    if transport == "header":
        yield "jason", lambda: client.call("who", headers=[("User", "Jason")])
        yield "header", lambda: client.call("header", "X-Group", headers=[("user", "Maria 🌊")])
        yield "back", lambda: {k.decode(): v.decode() for k, v in client.bare.get_headers().items()}

    def repeated():
        for client.sequence in (7, 7, 0, 0, -1, 2**31 - 1, -(2**31)):
            client.call("who")
        return True

    yield "sequences", repeated


def report(name, run):
    started = time.monotonic()
    try:
        line = {"value": run()}
    except OutOfStock as gone:
        line = {"business": str(gone)}
    except TApplicationException as error:
        line = {"application": error.type, "message": error.message}
    except Exception as error:
        line = {"error": repr(error)}
    line.update(scenario=name, ms=round(1000 * (time.monotonic() - started)))
    print(json.dumps(line), flush=True)


def call(port, transport, protocol, service=None):
    for name, run in scenarios(Client(port, transport, protocol, service), transport):
        report(name, run)


def echo(ports, transport, protocol, service=None):
    headers = [("client_timeout", "500")] if transport == "header" else []
    for port in ports.split(","):
        client = Client(port, transport, protocol, service)
        for client.sequence in (7, -(2**31)):
            report(f"{port}/{client.sequence}", lambda: len(client.call("echo", bytes(2000), headers)))


if __name__ == "__main__":
    {"serve": serve, "call": call, "echo": echo}[sys.argv[1]](*sys.argv[2:])
