import { Writer } from "../../bytes";
import { FIRST_WINDOW, MAX_WINDOW, Setting, writeSettings, writeSettingsAck, writeWindowUpdate } from "../http2";

const MAX_STREAMS: u32 = 0x7fffffff;
/** Room in a stream's window beyond the largest frame, for what filters add to it. */
const SPARE: u64 = 1048576;
/** So many bytes of requests use up half of the connection's window. */
const REPLENISH: u32 = 1 << 29;
/** So many must have a way back, though the backend be silent. */
const REPLENISH_NOW: u32 = 1 << 30;

/** Our side of HTTP/2's handshake and windows: requests are never held up by them, their bytes are bounded elsewhere. */
export class RequestWindow {
  private announced: bool = false;
  private toAck: i32 = 0;
  private consumed: u32 = 0;

  /** The proxy's SETTINGS came. False: they must be acknowledged, and nothing else brings a chance to. */
  settingsCame(): bool {
    this.toAck++;
    return !this.announced;
  }

  consume(bytes: i32): void {
    this.consumed += <u32>bytes;
  }

  /** Is it time to give back what was consumed, whatever it takes? */
  get urgent(): bool {
    return this.consumed >= REPLENISH_NOW;
  }

  /** Writes what is due to the proxy: our SETTINGS first of all, acknowledgements, credit. */
  write(out: Writer, maxFrameBytes: u64): void {
    if (!this.announced) {
      const window = <u32>min(maxFrameBytes + SPARE, <u64>MAX_WINDOW);
      writeSettings(out, Setting.MaxConcurrentStreams, MAX_STREAMS, Setting.InitialWindowSize, window);
      writeWindowUpdate(out, 0, <u32>(MAX_WINDOW - FIRST_WINDOW));
    }
    this.announced = true;
    for (; this.toAck > 0; this.toAck--) writeSettingsAck(out);
    if (this.consumed < REPLENISH) return;
    writeWindowUpdate(out, 0, this.consumed);
    this.consumed = 0;
  }
}
