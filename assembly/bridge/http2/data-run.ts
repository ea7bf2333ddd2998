import { Writer } from "../../bytes";
import { FRAME_HEAD, MAX_FRAME_SIZE } from "./frame";
import { writeData } from "./writer";

/**
 * Messages that follow each other on one stream, in as few DATA frames as hold them: each frame costs the proxy a turn
 * through all that reads it.
 */
export class DataRun {
  private stream: u32 = 0;
  /** Where in the output the last frame begins and ends. */
  private start: i32 = 0;
  private end: i32 = 0;

  /** The output begins anew: what follows makes a frame of its own. */
  break(): void {
    this.stream = 0;
  }

  /** Bytes as DATA; whatever else stands in the output behind the last ones begins another frame. */
  write(out: Writer, stream: u32, ptr: usize, length: i32): void {
    const held = this.end - this.start - FRAME_HEAD;
    if (stream == this.stream && out.length == this.end && held + length <= MAX_FRAME_SIZE) {
      out.copy(ptr, length);
      out.patchU24(this.start, held + length);
      this.end = out.length;
      return;
    }
    const start = out.length;
    writeData(out, stream, ptr, length, false);
    // Several frames: the last one may be as full as any, and nothing is put into it.
    this.stream = length > 0 && length <= MAX_FRAME_SIZE ? stream : 0;
    this.start = start;
    this.end = out.length;
  }
}
