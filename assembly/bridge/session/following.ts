import { Slice, Writer } from "../../bytes";
import { BACKEND, CLUSTER } from "../headers";
import { writeLiteral } from "../hpack";
import { endHeaders } from "../http2";
import { beginConnect } from "../tunnel";
import { Whereabouts } from "./names";

/** Writes the HEADERS of a session that goes where another one is. */
export function writeFollowing(out: Writer, stream: u32, to: Whereabouts): void {
  const start = beginConnect(out, Slice.empty());
  writeLiteral(out, CLUSTER, to.cluster);
  writeLiteral(out, BACKEND, to.backend);
  endHeaders(out, start, stream, false);
}
