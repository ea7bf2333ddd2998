import { afterEach, expect, test } from "vitest";
import {
  admin,
  bootstrapOf,
  client,
  closeAll,
  closedPort,
  cluster,
  filter,
  host,
  listener,
  portOf,
  stat,
  TYPES,
  tcpServer,
} from "./servers.support.js";

afterEach(closeAll);

const proxyTo = (name: string, more: object = {}) =>
  filter(TYPES.tcpProxy, { stat_prefix: "t", cluster: name, ...more });

test("bytes go both ways, and each side's end reaches the other", async () => {
  let atServer = "";
  const port = await tcpServer((socket) => {
    socket.on("data", (chunk) => {
      atServer += chunk;
    });
    socket.on("end", () => socket.end(`got ${atServer}`));
  });
  const proxy = await host(bootstrapOf([listener("in", [proxyTo("c")])], [cluster("c", [port])]));
  const { socket, text, ended } = await client(portOf(proxy, "in"));
  socket.write("one ");
  socket.end("two");
  await ended;
  expect(text()).toBe("got one two");
  await expect.poll(() => stat(proxy, "cluster.c.upstream_cx_active")).toBe(0);
  expect(await stat(proxy, "cluster.c.upstream_cx_total")).toBe(1);
  expect(await stat(proxy, "tcp.t.downstream_cx_total")).toBe(1);
  await expect.poll(() => admin(proxy, "/stats?filter=listener.*active")).toMatch(/downstream_cx_active: 0/);
});

test("much data to a client that does not read stops the server, and all of it arrives in the end", async () => {
  const total = 64 * 1024 * 1024;
  let sent = 0;
  const port = await tcpServer((socket) => {
    const chunk = Buffer.alloc(256 * 1024, "x");
    const more = () => {
      while (sent < total) {
        sent += chunk.length;
        if (!socket.write(chunk)) {
          socket.once("drain", more);
          return;
        }
      }
      socket.end();
    };
    more();
  });
  const proxy = await host(bootstrapOf([listener("in", [proxyTo("c")])], [cluster("c", [port])]));
  const { socket, ended } = await client(portOf(proxy, "in"));
  socket.pause();
  let last = -1;
  await expect
    .poll(
      () => {
        const settled = sent === last;
        last = sent;
        return settled;
      },
      { interval: 150 },
    )
    .toBe(true);
  expect(sent).toBeLessThan(total / 2);
  let received = 0;
  socket.removeAllListeners("data");
  socket.on("data", (chunk) => {
    received += chunk.length;
  });
  socket.resume();
  await ended;
  expect(received).toBe(total);
});

test("a refused endpoint closes the connection and counts; attempts go on to others", async () => {
  const good = await tcpServer((socket) => socket.end("hello"));
  const bad = await closedPort();
  const proxy = await host(
    bootstrapOf(
      [listener("one", [proxyTo("bad")]), listener("two", [proxyTo("mixed", { max_connect_attempts: 3 })])],
      [cluster("bad", [bad]), cluster("mixed", [bad, good])],
    ),
  );
  const refused = await client(portOf(proxy, "one"));
  await refused.ended;
  expect(refused.text()).toBe("");
  expect(await stat(proxy, "cluster.bad.upstream_cx_connect_fail")).toBe(1);
  for (let round = 0; round < 2; round++) {
    const tried = await client(portOf(proxy, "two"));
    await tried.ended;
    expect(tried.text()).toBe("hello");
  }
  expect(await admin(proxy, "/clusters")).toMatch(new RegExp(`mixed::127.0.0.1:${bad}::cx_connect_fail::[12]`));
});

test("an unknown cluster closes the connection", async () => {
  const proxy = await host(bootstrapOf([listener("in", [proxyTo("nowhere")])], []));
  const { ended } = await client(portOf(proxy, "in"));
  await ended;
  expect(await stat(proxy, "tcp.t.downstream_cx_no_route")).toBe(1);
});

test("a server's reset closes the client's connection", async () => {
  const port = await tcpServer((socket) => socket.once("data", () => socket.resetAndDestroy()));
  const proxy = await host(bootstrapOf([listener("in", [proxyTo("c")])], [cluster("c", [port])]));
  const { socket, ended } = await client(portOf(proxy, "in"));
  socket.write("x");
  await ended;
  await expect.poll(() => stat(proxy, "cluster.c.upstream_cx_active")).toBe(0);
});

test("what the host does not implement is named with its path", async () => {
  const bad = listener("in", [proxyTo("c", { tunneling_config: { hostname: "x" } })]);
  await expect(host(bootstrapOf([bad], []))).rejects.toThrow(
    "static_resources.listeners[0].filter_chains[0].filters[0].typed_config.tunneling_config: not implemented",
  );
});
