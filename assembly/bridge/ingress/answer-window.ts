import { Writer } from "../../bytes";
import {
  FIRST_WINDOW,
  MAX_WINDOW,
  PREFACE,
  Setting,
  writeSettings,
  writeSettingsAck,
  writeWindowUpdate,
} from "../http2";

// So many bytes of answers use up half of the connection's window.
const REPLENISH: u32 = 1 << 30;

/**
 * SETTINGS_HEADER_TABLE_SIZE: room for what most answers have in common, a date, a code, an attribute or two. Each client's
 * connection has such a table, so it is small.
 */
export const ANSWER_TABLE_SIZE: i32 = 512;

/** Our side of HTTP/2's handshake and windows: answers are never held up by them, their bytes are bounded elsewhere. */
export class AnswerWindow {
  private opened: bool = false;
  private consumed: u32 = 0;

  get isOpen(): bool {
    return this.opened;
  }

  /** Begins as HTTP/2 clients do, and acknowledges at once the SETTINGS that the proxy is about to send. */
  open(out: Writer): void {
    if (this.opened) return;
    this.opened = true;
    out.bytes(PREFACE);
    writeSettings(out, Setting.HeaderTableSize, ANSWER_TABLE_SIZE, Setting.InitialWindowSize, <u32>MAX_WINDOW);
    writeWindowUpdate(out, 0, <u32>(MAX_WINDOW - FIRST_WINDOW));
    writeSettingsAck(out);
  }

  consume(bytes: i32): void {
    this.consumed += <u32>bytes;
  }

  /** Is it time to give back what was consumed? The connection's window is for all answers together. */
  get due(): bool {
    return this.consumed >= REPLENISH;
  }

  /** Writes what is due. */
  write(out: Writer): void {
    if (!this.due) return;
    writeWindowUpdate(out, 0, this.consumed);
    this.consumed = 0;
  }
}
