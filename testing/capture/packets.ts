import type { Packet } from "./packet.js";
import { isPcap, readPcap } from "./pcap.js";
import { isPcapng, readPcapng } from "./pcapng.js";

/** Are these a recorded file, of either format? */
export function isCapture(bytes: Buffer): boolean {
  return isPcap(bytes) || isPcapng(bytes);
}

/** The packets of a recorded file, in its order. @throws MalformedCapture after those before it */
export function readPackets(bytes: Buffer): Generator<Packet> {
  return isPcapng(bytes) ? readPcapng(bytes) : readPcap(bytes);
}
