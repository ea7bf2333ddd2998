import type { Answer, Attributes, Call, Caller, ErrorKind } from "../protocol.js";
import { type Result, Session } from "./session.js";

const ERRORS: Readonly<Record<string, ErrorKind>> = {
  "22000": "business",
  "3D000": "no-route",
  "08001": "unavailable",
  "08006": "timeout",
};

/** An answer in the words that all protocols share. */
export function answerOf({ error, value }: Result, attributes: Attributes = []): Answer {
  return { ...(error !== undefined && { error: ERRORS[error] ?? "other" }), attributes, payload: value };
}

/** The parameters that a session needs, and those that a case asks for. */
export function parametersOf(attributes: Attributes = []): Readonly<Record<string, string>> {
  return { user: "ann", database: "main", ...Object.fromEntries(attributes) };
}

/** A client whose calls are queries, the payload their SQL. They share a session; attributes are those of its first call. */
export class PostgreSqlCaller implements Caller {
  opened = 0;
  private session: Session | undefined;

  constructor(
    private readonly port: number,
    private readonly timeoutMs: number,
  ) {}

  async call({ attributes = [], payload = "select 1" }: Call = {}): Promise<Answer> {
    let session = this.session;
    if (session === undefined || session.isClosed || session.farewell !== undefined) {
      session = new Session(this.port, parametersOf(attributes), this.timeoutMs);
      this.session = session;
      this.opened += 1;
      const started = await session.start();
      if (started.error !== undefined) return answerOf(started);
    }
    return answerOf(await session.query(`${payload}`), [["Served-By", session.settings.get("served_by") ?? ""]]);
  }

  notify(): Promise<void> {
    return Promise.reject(new Error("PostgreSQL has no one-way requests"));
  }

  ping(): Promise<void> {
    return Promise.reject(new Error("PostgreSQL has no heartbeat"));
  }

  async close(): Promise<void> {
    await this.session?.end();
  }

  destroy(): void {
    this.session?.destroy();
  }
}
