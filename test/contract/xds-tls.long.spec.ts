import { afterAll, expect, test } from "vitest";
import { type BootstrapTls, bootstrap } from "../../control/index.js";
import { awesomerpc, contract, freePort, ONE_BY_ONE, openProxy, type RunningProxy, until } from "../support/index.js";
import { XdsTls } from "./xds-tls.support.js";

const tls = new XdsTls();
afterAll(() => tls.remove());

contract(
  "who is refused by TLS",
  async (kind) => tls.world(kind),
  (world) => {
    /** Another proxy of the same kind, as long as `look` takes. */
    const withProxy = async (its: BootstrapTls | undefined, look: (proxy: RunningProxy) => Promise<unknown>) => {
      const adminPort = await freePort();
      const controlPort = Number(world().control.split(":")[1]);
      const yaml = bootstrap({ controlPort, adminPort, nodeId: `other-${adminPort}`, ...(its && { tls: its }) });
      const proxy = openProxy(world().proxy.kind, { bootstrap: yaml, adminPort, concurrency: 1 });
      try {
        await look(proxy);
      } finally {
        await proxy.close();
      }
    };
    /** The host says it in its log; Envoy at first by a counter alone, and in its log when half a minute has passed. */
    const says = (reason: RegExp, counter: string) => (proxy: RunningProxy) =>
      until(`the proxy to say why: ${reason}`, async () => {
        if (proxy.kind === "host") return reason.test(proxy.log());
        const stats = await proxy.stats().catch(() => new Map<string, number>());
        return (stats.get(`cluster.meltemi_control.ssl.${counter}`) ?? 0) > 0;
      });
    const refused = (reason: RegExp) => async (proxy: RunningProxy) => {
      await until(`the control plane to refuse it: ${reason}`, () =>
        world().warnings.some((line) => line.includes("refused by TLS") && reason.test(line)),
      );
      expect(await proxy.ready()).toBe(false);
    };

    test("a control plane of other authorities", async () => {
      const others = { ...tls.client, authorities: tls.save("strangers.pem", tls.stranger.certificate) };
      await withProxy(others, says(/self-signed certificate|unable to (get|verify)/, "fail_verify_error"));
    });

    test("a control plane of another name", async () => {
      const elsewhere = { ...tls.client, sni: "elsewhere.test" };
      await withProxy(elsewhere, says(/names in its certificate are not those expected/, "fail_verify_san"));
    });

    test("a proxy without a certificate", async () => {
      await withProxy({ authorities: tls.ca, sni: "control.test" }, refused(/it has shown no certificate/));
    });

    test("a proxy with somebody else's certificate", async () => {
      const identity = tls.saved("strange", tls.issued("strange", tls.stranger));
      await withProxy({ ...tls.client, identity }, refused(/not from the authorities for clients/));
    });

    test("a proxy in plain text", async () => {
      await withProxy(undefined, refused(/wrong version number|http request|packet length/i));
    });

    test("nobody because of a new certificate", async () => {
      tls.saved(world().proxy.kind, tls.issued("control"));
      await withProxy(tls.client, (proxy) =>
        until("it to be connected", async () => {
          const stats = await proxy.stats().catch(() => new Map<string, number>());
          return stats.get("control_plane.connected_state") === 1;
        }),
      );
    });
  },
  { protocols: [awesomerpc], lanes: ONE_BY_ONE, sideBySide: true },
);
