// The SDK as a stranger gets it: the packed tarball, installed with npm into a folder of its own, where modules import it
// by its package name and extend its asconfig.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { publint } from "publint";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const assemblyscript = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).devDependencies.assemblyscript;

// The compiler in a process of its own, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 });

describe("the packed tarball", () => {
  let folder = "";
  let tarball = "";

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "meltemi-package-"));
    const packed = npm(root, "pack", "--ignore-scripts", "--json", "--pack-destination", folder);
    const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
    tarball = join(folder, filename);
    const user = { name: "user", private: true, devDependencies: { assemblyscript } };
    writeFileSync(join(folder, "package.json"), JSON.stringify(user));
    npm(folder, "install", "--prefer-offline", "--no-audit", "--no-fund", tarball);
  }, 120_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("is as publint wants packages: what the exports map names is there, and is what it says", async () => {
    const { messages } = await publint({ pack: { tarball: tarballBytes() }, strict: true });
    expect(messages).toEqual([]);
  });

  // Everything is ESM: what a require() of older Nodes would see is no matter.
  it("has types at every entry that resolve as Node and as bundlers resolve them", () => {
    const attw = join(root, "node_modules/@arethetypeswrong/cli/dist/index.js");
    const args = [attw, tarball, "--profile", "esm-only", "--format", "json", "--no-color"];
    const { analysis } = JSON.parse(
      execFileSync(process.execPath, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }),
    );
    const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const typed = Object.keys(exports).filter((entry) => exports[entry].types !== undefined);
    expect(Object.keys(analysis.entrypoints)).toEqual(expect.arrayContaining(typed));
  });

  it("runs nothing when it is installed", () => {
    const { packages } = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8"));
    expect(packages["node_modules/meltemi"]).toBeDefined();
    expect(packages["node_modules/meltemi"]).not.toHaveProperty("hasInstallScript");
  });

  it("compiles a filter that a user wrote", () => {
    const source = `
      import { FilterHeadersStatus, HeaderMapType, HttpContext, registerRootContext, replaceHeader, RootContext, Slice } from "meltemi/assembly";
      const NAME = Slice.fixed("x-hello");
      const VALUE = Slice.fixed("world");
      class Hello extends HttpContext {
        onRequestHeaders(count: i32, endOfStream: bool): FilterHeadersStatus {
          replaceHeader(HeaderMapType.HttpRequestHeaders, NAME, VALUE);
          return FilterHeadersStatus.Continue;
        }
      }
      class Root extends RootContext {
        createHttpContext(id: i32): HttpContext { return new Hello(id); }
      }
      registerRootContext((id: i32): RootContext => new Root(id));
      export * from "meltemi/assembly/proxy";
    `;
    mkdirSync(join(folder, "hello"));
    writeFileSync(join(folder, "hello/index.ts"), source);
    const module = compile("hello");
    expect(importsOutsideProxyWasm(module)).toEqual([]);
    expect(exportNames(module)).toEqual(
      expect.arrayContaining(["_initialize", "proxy_abi_version_0_2_1", "proxy_on_memory_allocate", "memory"]),
    );
  });

  it("compiles the example codec, copied out of the checkout, into the module that the checkout builds", () => {
    cpSync(join(root, "examples/awesomerpc/codec"), join(folder, "codec"), { recursive: true });
    const module = compile("codec");
    const built = new WebAssembly.Module(readFileSync(join(root, "build/wasm/codecs/awesomerpc.wasm")));
    expect(importsOutsideProxyWasm(module)).toEqual([]);
    expect(exportNames(module)).toEqual(exportNames(built));
  });

  function tarballBytes(): ArrayBuffer {
    return new Uint8Array(readFileSync(tarball)).buffer;
  }

  function compile(name: string): WebAssembly.Module {
    writeFileSync(join(folder, name, "asconfig.json"), JSON.stringify({ extends: "meltemi/assembly/asconfig.json" }));
    const asc = join(folder, "node_modules/assemblyscript/bin/asc.js");
    const args = [asc, `${name}/index.ts`, "--config", `${name}/asconfig.json`, "--outFile", `${name}.wasm`];
    execFileSync(process.execPath, args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
    return new WebAssembly.Module(readFileSync(join(folder, `${name}.wasm`)));
  }
});

function npm(cwd: string, ...args: string[]): string {
  return execFileSync("npm", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

function importsOutsideProxyWasm(module: WebAssembly.Module): string[] {
  return WebAssembly.Module.imports(module)
    .map(({ module: from, name }) => `${from}.${name}`)
    .filter((name) => !name.startsWith("env.proxy_"));
}

function exportNames(module: WebAssembly.Module): string[] {
  return WebAssembly.Module.exports(module)
    .map(({ name }) => name)
    .sort();
}
