import pg from "pg";

/** Of every user of the demo. */
export const PASSWORD = "olive";

/** Runs SQL on a connection of its own; the first row. */
export async function query(config: pg.ClientConfig, sql: string): Promise<Record<string, unknown> | undefined> {
  const client = new pg.Client({ ...config, password: PASSWORD, ssl: false, connectionTimeoutMillis: 5000 });
  // A server that goes down says so at once; whoever asks next is told.
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows?.[0];
  } finally {
    await client.end();
  }
}
