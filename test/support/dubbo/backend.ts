import type { Socket } from "node:net";
import { receive } from "../receive.js";
import { RecordingBackend } from "../recording-backend.js";
import { encodeBadRequest, encodeException, encodePong, encodeValue, type Frame, framing } from "./wire.js";

/** A Dubbo provider that records what it gets. */
export class DubboBackend extends RecordingBackend {
  static start(name: string, port = 0): Promise<DubboBackend> {
    return new DubboBackend(name).listen(port);
  }

  protected override serve(socket: Socket, connection: number): void {
    receive(socket, framing, (frame) => void this.answer(frame, socket, connection));
  }

  private async answer(frame: Frame, socket: Socket, connection: number): Promise<void> {
    if (frame.kind === "ping") socket.write(encodePong(frame.id));
    if (frame.kind === "unreadable" && !frame.oneWay) socket.write(encodeBadRequest(frame.id, frame.why));
    if (frame.kind !== "request" && frame.kind !== "one-way") return;
    const { id, raw, method: operation, attributes, payload } = frame;
    const oneWay = frame.kind === "one-way";
    const reply = await this.record({ raw, operation, attributes, payload, oneWay, connection });
    if (reply === undefined || socket.destroyed) return;
    const back = reply.attributes ?? [["Served-By", this.name]];
    const value = Buffer.from(reply.payload ?? payload);
    socket.write(reply.business ? encodeException(id, value.toString(), back) : encodeValue(id, value, back));
  }
}
