"""Writes the samples beside it with Apache's own library: PYTHONPATH=<where thrift 0.22 is> python3 record.py"""

import pathlib

from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.protocol.TCompactProtocol import TCompactProtocol
from thrift.protocol.THeaderProtocol import THeaderProtocol
from thrift.protocol.TMultiplexedProtocol import TMultiplexedProtocol
from thrift.Thrift import TApplicationException, TMessageType, TType
from thrift.transport.THeaderTransport import THeaderClientType, THeaderSubprotocolID
from thrift.transport.TTransport import TFramedTransport, TMemoryBuffer

FOLDER = pathlib.Path(__file__).parent
MULTIPLEXED = "Reviews"


def speeches():
    """Name, and what makes a protocol over a buffer with the transport that has to be flushed."""
    dialects = {
        "strict": lambda t: TBinaryProtocol(t, strictWrite=True),
        "old": lambda t: TBinaryProtocol(t, strictRead=False, strictWrite=False),
        "compact": TCompactProtocol,
    }
    for name, make in dialects.items():
        yield f"unframed-{name}", make
        yield f"framed-{name}", lambda t, make=make: make(TFramedTransport(t))
    for name, number in (("strict", THeaderSubprotocolID.BINARY), ("compact", THeaderSubprotocolID.COMPACT)):
        yield f"header-{name}", lambda t, number=number: headed(t, number)


def headed(transport, number):
    protocol = THeaderProtocol(transport, (THeaderClientType.HEADERS,), number)
    protocol.set_header(b"User", "Jason 🌊".encode())
    protocol.set_header(b"client_timeout", b"900")
    return protocol


def everything(p, ids=True):
    """A struct with a field of every type."""
    p.writeStructBegin("Everything")
    field(p, TType.BOOL, 1, lambda: p.writeBool(True))
    field(p, TType.BYTE, 2, lambda: p.writeByte(-7))
    field(p, TType.I16, 3, lambda: p.writeI16(-300))
    field(p, TType.I32, 4, lambda: p.writeI32(70000))
    field(p, TType.I64, 40, lambda: p.writeI64(-(2**62)))
    field(p, TType.DOUBLE, 41, lambda: p.writeDouble(1.5))
    field(p, TType.STRING, 42, lambda: p.writeString("wind 🌊" * 8))
    field(p, TType.LIST, 43, lambda: many(p, TType.STRING, ["a", "", "c"], p.writeString))
    field(p, TType.SET, 44, lambda: many(p, TType.I32, range(20), p.writeI32))
    field(p, TType.MAP, 45, lambda: pairs(p, {"x": 1, "y": 2}))
    field(p, TType.MAP, 46, lambda: pairs(p, {}))
    if ids:
        field(p, TType.STRUCT, 47, lambda: everything(p, False))
    p.writeFieldStop()
    p.writeStructEnd()


def field(p, kind, number, write):
    p.writeFieldBegin("", kind, number)
    write()
    p.writeFieldEnd()


def many(p, kind, values, write):
    p.writeListBegin(kind, len(values))
    for value in values:
        write(value)
    p.writeListEnd()


def pairs(p, values):
    p.writeMapBegin(TType.STRING, TType.I64, len(values))
    for key, value in values.items():
        p.writeString(key)
        p.writeI64(value)
    p.writeMapEnd()


def holding(p, number, write):
    """A struct with one field that is a struct; without a number, with none."""
    p.writeStructBegin("")
    if number is not None:
        field(p, TType.STRUCT, number, write)
    p.writeFieldStop()
    p.writeStructEnd()


def stock(p):
    p.writeStructBegin("OutOfStock")
    field(p, TType.STRING, 1, lambda: p.writeString("none left"))
    p.writeFieldStop()
    p.writeStructEnd()


def messages():
    value = lambda p: holding(p, 1, lambda: everything(p))
    yield "request", "Client", "echo", TMessageType.CALL, 7, value
    yield "zero-id-request", "Client", "echo", TMessageType.CALL, 0, value
    yield "multiplexed-request", "Client", MULTIPLEXED, TMessageType.CALL, -2, value
    yield "one-way-request", "Client", "note", TMessageType.ONEWAY, 9, lambda p: holding(p, None, None)
    yield "response", "Server", "echo", TMessageType.REPLY, 7, lambda p: holding(p, 0, lambda: everything(p))
    yield "void-response", "Server", "nothing", TMessageType.REPLY, 7, lambda p: holding(p, None, None)
    yield "business-exception-response", "Server", "fail", TMessageType.REPLY, 7, lambda p: holding(
        p, 1, lambda: stock(p)
    )
    error = TApplicationException(TApplicationException.UNKNOWN_METHOD, "Unknown function x")
    yield "application-exception-response", "Server", "x", TMessageType.EXCEPTION, 7, error.write


for speech, make in speeches():
    for title, peer, name, kind, number, write in messages():
        buffer = TMemoryBuffer()
        protocol = make(buffer)
        if name == MULTIPLEXED:
            protocol, name = TMultiplexedProtocol(protocol, MULTIPLEXED), "echo"
        protocol.writeMessageBegin(name, kind, number)
        write(protocol)
        protocol.writeMessageEnd()
        protocol.trans.flush()
        digits = buffer.getvalue().hex()
        lines = [digits[at : at + 120] for at in range(0, len(digits), 120)]
        text = "\n".join([f"# from {peer}", *lines, ""])
        (FOLDER / f"{speech}-{title}.hex").write_text(text)
