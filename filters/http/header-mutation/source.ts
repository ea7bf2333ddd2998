import { Bytes, getHeader, getProperty, HeaderMapType, Slice } from "meltemi/assembly";
import { attributeHeader } from "meltemi/assembly/attributes";
import { PEER, peerName, RequestTarget } from "meltemi/assembly/requests";

const ROUTE_NAME = Slice.fixed("xds\0route_name");
const target = new RequestTarget();

enum Kind {
  Request,
  Response,
  Peer,
  Route,
  Service,
  Operation,
}

/** Something of a request or response that a template names. */
export class Source {
  private constructor(
    private kind: Kind,
    /** Of the header that is meant, if one is. */
    private header: Bytes,
    private attributes: bool,
  ) {}

  /** What an operator stands for; null: there is no such operator. */
  static of(operator: string, attributes: bool): Source | null {
    if (operator == "PEER") return new Source(Kind.Peer, Bytes.of(""), attributes);
    if (operator == "ROUTE_NAME") return new Source(Kind.Route, Bytes.of(""), attributes);
    if (operator == "SERVICE") return new Source(Kind.Service, Bytes.of(""), attributes);
    if (operator == "OPERATION") return new Source(Kind.Operation, Bytes.of(""), attributes);
    const isRequest = operator.startsWith("REQ(");
    const start = operator.indexOf("(") + 1;
    if ((!isRequest && !operator.startsWith("RESP(")) || !operator.endsWith(")")) return null;
    const name = operator.substring(start, operator.length - 1);
    if (name == "") return null;
    const spelling = Bytes.of(attributes ? name : name.toLowerCase());
    const header = attributes ? Bytes.copyOf(attributeHeader(spelling.view())) : spelling;
    return new Source(isRequest ? Kind.Request : Kind.Response, header, attributes);
  }

  get isOfResponse(): bool {
    return this.kind == Kind.Response;
  }

  /** Only while the request's headers are there. */
  get isOfRequest(): bool {
    return this.kind != Kind.Response && this.kind != Kind.Route;
  }

  /** An attribute as its header has it; null: it is not there. Good until the callback returns. */
  read(): Slice | null {
    if (this.kind == Kind.Request) return getHeader(HeaderMapType.HttpRequestHeaders, this.header.view());
    if (this.kind == Kind.Response) return getHeader(HeaderMapType.HttpResponseHeaders, this.header.view());
    if (this.kind == Kind.Route) return getProperty(ROUTE_NAME);
    if (this.kind == Kind.Peer) return this.peer();
    target.begin();
    return this.kind == Kind.Service ? target.service() : target.operation();
  }

  private peer(): Slice | null {
    const name = peerName();
    return name == null && this.attributes ? getHeader(HeaderMapType.HttpRequestHeaders, PEER) : name;
  }
}
