import { Slice } from "../../bytes";
import { Codec, Frame, Peer } from "../../codec";
import { Received } from "../headers";
import { HeaderList } from "../hpack";
import { Metrics } from "../metrics";
import { Remaker } from "../remake";
import { Settings } from "../settings";
import { EgressStream } from "./stream";

const received = new Received();
const remaker = new Remaker();
const changed = new HeaderList();

/** Takes from a request's headers what counts when its body is there. */
export function readHead(stream: EgressStream, headers: HeaderList): void {
  received.read(headers);
  stream.oneWay = received.oneWay;
  stream.state = received.state;
  if (received.marked && !received.untouched && !received.opaque) stream.keepHeaders(headers);
}

/**
 * The frame of a whole request with what filters did to its attributes, good until the next call; null: the body is no
 * frame.
 * @param frame then has it, scanned
 */
export function frameOf(
  stream: EgressStream,
  body: Slice,
  codec: Codec,
  frame: Frame,
  settings: Settings,
  metrics: Metrics,
): Slice | null {
  if (!remaker.scan(codec, Peer.Client, body, frame)) return null;
  return stream.recallHeaders(changed) ? remaker.apply(codec, frame, changed, settings.headers, metrics) : body;
}
