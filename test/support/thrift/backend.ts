import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Backend, BackendReply, Message } from "../protocol.js";
import { receive } from "./receive.js";
import { encode, type Frame, TYPES } from "./wire.js";

/** A Thrift server that records what it gets, and answers in order as most of them do. */
export class ThriftBackend implements Backend {
  readonly messages: Message[] = [];
  reply: ((message: Message) => BackendReply) | undefined;
  latency = (): number => 0;
  silent = false;
  accepted = 0;
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  private constructor(readonly name: string) {
    this.server = createServer({ noDelay: true }, (socket) => this.onConnection(socket));
  }

  static start(name: string, port = 0): Promise<ThriftBackend> {
    const backend = new ThriftBackend(name);
    return new Promise((resolve, reject) => {
      backend.server.once("error", reject);
      backend.server.listen(port, "127.0.0.1", () => resolve(backend));
    });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get connections(): number {
    return this.sockets.size;
  }

  kill(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      for (const socket of this.sockets) socket.destroy();
    });
  }

  private onConnection(socket: Socket): void {
    this.accepted += 1;
    const connection = this.accepted;
    this.sockets.add(socket);
    socket.on("close", () => this.sockets.delete(socket)).on("error", () => socket.destroy());
    let turn = Promise.resolve();
    receive(socket, (frame) => {
      turn = turn.then(() => this.serve(frame, socket, connection));
    });
  }

  private async serve(frame: Frame, socket: Socket, connection: number): Promise<void> {
    const { raw, sequence, method, attributes, payload } = frame;
    const message = { raw, operation: method, attributes, payload, oneWay: frame.type === TYPES.oneWay, connection };
    this.messages.push(message);
    const reply = this.reply?.(message) ?? {};
    if (message.oneWay || this.silent) return;
    const pause = this.latency();
    if (pause > 0) await delay(pause);
    const answer = {
      ...{ type: TYPES.reply, sequence, method, code: reply.business ? 1 : 0 },
      attributes: reply.attributes ?? ([["Served-By", this.name]] as const),
      payload: Buffer.from(reply.payload ?? payload),
    };
    if (!socket.destroyed) socket.write(encode(answer));
  }
}
