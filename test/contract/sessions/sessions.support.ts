import { Session, type World } from "../../support/index.js";

/** A new session of a service, which may not be ready yet; it is gone at the end of the test. */
export function connecting(world: World, service: string, parameters: Readonly<Record<string, string>> = {}): Session {
  return world.kept(new Session(world.port(service), { user: "ann", database: "main", ...parameters }, 20_000));
}

/** A session that is ready. */
export async function openSession(
  world: World,
  service: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Session> {
  const session = connecting(world, service, parameters);
  const { error, value } = await session.start();
  if (error !== undefined) throw new Error(`${error}: ${value}`);
  return session;
}

/** The backend that a session is with. */
export function servedBy(session: Session): string | undefined {
  return session.settings.get("served_by");
}

/** Runs `work`; how much the proxy's memory grew by at most meanwhile, in bytes. */
export async function growth({ proxy }: World, work: Promise<unknown>): Promise<number> {
  const before = proxy.rss();
  let most = 0;
  const timer = setInterval(() => {
    most = Math.max(most, proxy.rss() - before);
  }, 50);
  await work.finally(() => clearInterval(timer));
  return Math.max(most, proxy.rss() - before);
}
