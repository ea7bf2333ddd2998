import { request as httpRequest, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { until } from "../support/index.js";
import type { Connection, Request } from "./case.js";

/** How long a client waits for what does not come. */
const PATIENCE_MS = 8_000;

/** Waits until the module has logged once more than before: what was sent has reached it. */
export type Reached = (write: () => void) => Promise<void>;

/** Does a request; status, headers, trailers and body as lines, or why there is no answer. */
export function ask(port: number, spec: Request, reached: Reached): Promise<string[]> {
  const { body = [], trailers = [] } = spec;
  return new Promise((resolve) => {
    const headers: string[] = ["host", "differential", "connection", "keep-alive"];
    for (const [name, value] of spec.headers ?? []) headers.push(name, value);
    if (body.length === 1 && trailers.length === 0)
      headers.push("content-length", `${Buffer.byteLength(body[0] ?? "")}`);
    else if (body.length > 0) headers.push("transfer-encoding", "chunked");
    const method = spec.method ?? (body.length > 0 ? "POST" : "GET");
    const options = { host: "127.0.0.1", port, method, path: spec.path ?? "/", headers, agent: false };
    const sent = httpRequest(options, (response) => void answer(response).then(resolve));
    sent.setTimeout(spec.patienceMs ?? PATIENCE_MS, () => sent.destroy(new Error("no answer")));
    sent.on("error", (error: NodeJS.ErrnoException) => resolve([`failed: ${error.code ?? error.message}`]));
    const write = async () => {
      if (body.length > 1) {
        sent.flushHeaders();
        for (const piece of body) await reached(() => sent.write(piece));
      } else if (body[0] !== undefined) sent.write(body[0]);
      if (trailers.length > 0) sent.addTrailers(trailers.map(([name, value]): [string, string] => [name, value]));
      sent.end();
    };
    void write();
  });
}

async function answer(response: IncomingMessage): Promise<string[]> {
  const pieces: Buffer[] = [];
  let end = "";
  try {
    for await (const piece of response) pieces.push(piece as Buffer);
  } catch (error) {
    end = `cut off: ${error instanceof Error ? error.message : String(error)}`;
  }
  const lines = [`status ${response.statusCode}`];
  const { rawHeaders } = response;
  for (let i = 0; i < rawHeaders.length; i += 2) lines.push(...header(rawHeaders[i] ?? "", rawHeaders[i + 1] ?? ""));
  for (const [name, value] of Object.entries(response.trailers)) lines.push(`trailer ${name}: ${value}`);
  return [...lines, ...Buffer.concat(pieces).toString("latin1").split("\n"), ...(end === "" ? [] : [end])];
}

/** What is of the connection or of the moment is left out. */
function header(name: string, value: string): string[] {
  if (name === "connection") return [];
  if (name === "date") return ["date: (a date)"];
  return [name === "x-envoy-upstream-service-time" ? `${name}: (a time)` : `${name}: ${value}`];
}

/** Opens a connection, writes and reads; what came back and how it ended as lines. */
export async function exchange(port: number, spec: Connection, reached: Reached): Promise<string[]> {
  let received = "";
  let ended: string | undefined;
  const socket = connect(port, "127.0.0.1");
  socket.on("data", (data) => {
    received += data.toString("latin1");
  });
  socket.on("end", () => {
    ended ??= "end";
  });
  // A reset where bytes were left unread: that is a matter of who was first.
  socket.on("error", () => {
    ended ??= "end";
  });
  socket.on("close", () => {
    ended ??= "end";
  });
  for (const text of spec.writes) {
    if (ended !== undefined) break;
    await reached(() => socket.write(text, "latin1"));
  }
  await until(`${spec.expect} bytes`, () => received.length >= spec.expect || ended !== undefined, {
    timeoutMs: PATIENCE_MS,
  }).catch(() => {
    ended = "silence";
  });
  const byPeer = ended;
  socket.end();
  await until("the connection's end", () => socket.destroyed || socket.readableEnded, { timeoutMs: 2_000 }).catch(() =>
    socket.destroy(),
  );
  return [`received ${JSON.stringify(received)}`, `ended ${byPeer ?? "by the client"}`];
}
