import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BootstrapTls } from "../../control/index.js";
import { Authority, type Pair, type WorldSpec } from "../support/index.js";

// The control plane and its proxies show each other certificates.

/** Files of a test, and what is done with them. */
export class XdsTls {
  private readonly folder = mkdtempSync(join(tmpdir(), "meltemi-xds-tls-"));
  readonly authority = Authority.create("the test's authority");
  readonly stranger = Authority.create("somebody else's authority");
  readonly ca = this.save("ca.pem", this.authority.certificate);
  /** What a proxy is to know that is let in. */
  readonly client: BootstrapTls = {
    authorities: this.ca,
    identity: this.saved("proxy", this.issued("proxy")),
    sni: "control.test",
  };

  /** A world whose control plane wants certificates, each world's own being in files of this name. */
  world(name: string): WorldSpec {
    const files = this.saved(name, this.issued("control"));
    return {
      services: { greeter: {} },
      xdsTls: { server: { ...files, clientAuthorities: this.ca }, client: this.client },
    };
  }

  issued(name: string, by: Authority = this.authority): Pair {
    return by.issue({ commonName: name, dns: [`${name}.test`] });
  }

  saved(name: string, pair: Pair): { certificate: string; key: string } {
    return { certificate: this.save(`${name}.pem`, pair.certificate), key: this.save(`${name}.key`, pair.key) };
  }

  save(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(`${path}.draft`, text);
    renameSync(`${path}.draft`, path);
    return path;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
