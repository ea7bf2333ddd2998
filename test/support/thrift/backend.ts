import type { Socket } from "node:net";
import { receive } from "../receive.js";
import { RecordingBackend } from "../recording-backend.js";
import { encode, type Frame, framing, TYPES } from "./wire.js";

/** A Thrift server that records what it gets, and answers in order as most of them do. */
export class ThriftBackend extends RecordingBackend {
  static start(name: string, port = 0): Promise<ThriftBackend> {
    return new ThriftBackend(name).listen(port);
  }

  protected override serve(socket: Socket, connection: number): void {
    let turn = Promise.resolve();
    receive(socket, framing, (frame) => {
      turn = turn.then(() => this.answer(frame, socket, connection));
    });
  }

  private async answer(frame: Frame, socket: Socket, connection: number): Promise<void> {
    const { raw, sequence, method, attributes, payload } = frame;
    const oneWay = frame.type === TYPES.oneWay;
    const reply = await this.record({ raw, operation: method, attributes, payload, oneWay, connection });
    if (reply === undefined || socket.destroyed) return;
    const outcome = reply.unavailable
      ? { type: TYPES.exception, code: 1 }
      : { type: TYPES.reply, code: reply.business ? 1 : 0 };
    const answer = {
      ...{ ...outcome, sequence, method },
      attributes: reply.attributes ?? ([["Served-By", this.name]] as const),
      payload: Buffer.from(reply.payload ?? payload),
    };
    socket.write(encode(answer));
  }
}
