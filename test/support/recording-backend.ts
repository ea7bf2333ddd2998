import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Backend, BackendReply, Message } from "./protocol.js";

/** A server that records what it gets; what it speaks is its protocol's. */
export abstract class RecordingBackend implements Backend {
  readonly messages: Message[] = [];
  reply: ((message: Message) => BackendReply) | undefined;
  latency = (): number => 0;
  silent = false;
  accepted = 0;
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  constructor(readonly name: string) {
    this.server = createServer({ noDelay: true }, (socket) => this.onConnection(socket));
  }

  listen(port: number): Promise<this> {
    return new Promise((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(port, "127.0.0.1", () => resolve(this));
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

  /** Reads a connection's frames and answers them. */
  protected abstract serve(socket: Socket, connection: number): void;

  /** Records a message; what to answer once it is time, or undefined where nothing is to be answered. */
  protected async record(message: Message): Promise<BackendReply | undefined> {
    this.messages.push(message);
    const reply = this.reply?.(message) ?? {};
    if (message.oneWay || this.silent) return undefined;
    const pause = this.latency();
    if (pause > 0) await delay(pause);
    return reply;
  }

  private onConnection(socket: Socket): void {
    this.accepted += 1;
    this.sockets.add(socket);
    socket.on("close", () => this.sockets.delete(socket)).on("error", () => socket.destroy());
    this.serve(socket, this.accepted);
  }
}
