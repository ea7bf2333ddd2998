import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { must, root } from "./run.mjs";
import { whenChanged } from "./stamp.mjs";

const DEPS = "node_modules/@grpc/grpc-js-xds/deps";
const MODULES = ["envoy-api", "googleapis", "protoc-gen-validate/validate", "xds"];
/** Google's own types that travel in an `Any`; they come with protobuf-es. */
const WELL_KNOWN = ["any", "duration", "empty", "struct", "timestamp", "wrappers"].map(
  (name) => `file_google_protobuf_${name}`,
);

/**
 * What the package's protos lack: its validate.proto is older than its envoy-api, which uses a string rule that it does
 * not know; and fields that Envoy 1.40 has and Meltemi needs are newer than both. [file, text, text in its place]
 */
const EDITS = [
  ["config/core/v3/protocol.proto", " ignore_empty: true", ""],
  [
    "config/core/v3/protocol.proto",
    "google.protobuf.UInt32Value max_requests_per_connection = 6;",
    "google.protobuf.UInt32Value max_requests_per_connection = 6; google.protobuf.UInt32Value max_response_headers_kb = 7;",
  ],
  [
    // Of a route, not of a virtual host; it takes the place of the 32-bit field, which Envoy 1.40 warns of.
    "config/route/v3/route_components.proto",
    "  google.protobuf.UInt32Value per_request_buffer_limit_bytes = 16;",
    "  google.protobuf.UInt32Value per_request_buffer_limit_bytes = 16; " +
      "google.protobuf.UInt64Value request_body_buffer_limit = 20;",
  ],
  ["type/tracing/v3/custom_tag.proto", "    Metadata metadata = 5;", "    Metadata metadata = 5; string value = 6;"],
  [
    "extensions/wasm/v3/wasm.proto",
    'import "envoy/config/core/v3/base.proto";',
    'import "envoy/config/core/v3/base.proto"; import "envoy/config/core/v3/backoff.proto"; ' +
      'import "google/protobuf/wrappers.proto";',
  ],
  [
    "extensions/wasm/v3/wasm.proto",
    "message PluginConfig {",
    "enum FailurePolicy { UNSPECIFIED = 0; FAIL_RELOAD = 1; FAIL_CLOSED = 2; FAIL_OPEN = 3; } " +
      "message ReloadConfig { config.core.v3.BackoffStrategy backoff = 1; } " +
      "message PluginConfig { FailurePolicy failure_policy = 7; ReloadConfig reload_config = 8; " +
      "google.protobuf.BoolValue allow_on_headers_stop_iteration = 9;",
  ],
];

/** Generates Envoy's types from the protos that an npm package carries; `xds/protos.json` lists the roots. */
export function protos() {
  return whenChanged({
    name: "protos",
    inputs: ["xds/protos.json", "package-lock.json", "scripts/steps/protos.mjs"],
    output: "xds/gen",
    step: generate,
  });
}

async function generate() {
  console.log("generating xDS types …");
  const workspace = join(root, "build/protos");
  rmSync(workspace, { recursive: true, force: true });
  mkdirSync(workspace, { recursive: true });
  for (const module of MODULES) cpSync(join(root, DEPS, module), join(workspace, module), { recursive: true });
  for (const [file, from, to] of EDITS) {
    const path = join(workspace, "envoy-api/envoy", file);
    const text = readFileSync(path, "utf8");
    if (!text.includes(from)) throw new Error(`${file} no longer has what is edited in it: ${from}`);
    writeFileSync(path, text.replaceAll(from, to));
  }

  const paths = ["envoy-api", "googleapis", "protoc-gen-validate", "xds"].map((path) => ({ path }));
  writeFileSync(join(workspace, "buf.yaml"), JSON.stringify({ version: "v2", modules: paths }));
  const roots = JSON.parse(readFileSync(join(root, "xds/protos.json"), "utf8"));
  const plugin = {
    local: [process.execPath, join(root, "node_modules/@bufbuild/protoc-gen-es/bin/protoc-gen-es")],
    out: join(root, "xds/gen"),
    opt: ["target=ts", "import_extension=js"],
    include_imports: true,
  };
  writeFileSync(join(workspace, "buf.gen.yaml"), JSON.stringify({ version: "v2", clean: true, plugins: [plugin] }));
  const selected = roots.flatMap((path) => ["--path", join(workspace, path)]);
  await must(
    join(root, "node_modules/.bin/buf"),
    ["generate", workspace, "--template", join(workspace, "buf.gen.yaml"), ...selected],
    {
      quiet: true,
    },
  );
  writeRegistry(join(root, "xds/gen"));
}

/** Writes gen/registry.ts, which names every generated file, so that no type is listed by hand. */
function writeRegistry(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith("_pb.ts"))
    .sort();
  const entries = files.map((path) => {
    const symbol = /export const (file_\w+)/.exec(readFileSync(join(folder, path), "utf8"))?.[1];
    if (!symbol) throw new Error(`${relative(root, join(folder, path))}: no file descriptor found`);
    return { symbol, module: `./${path.replaceAll("\\", "/").replace(/\.ts$/, ".js")}` };
  });
  const lines = [
    "// Written by scripts/steps/protos.mjs.",
    'import { createRegistry } from "@bufbuild/protobuf";',
    `import { ${WELL_KNOWN.join(", ")} } from "@bufbuild/protobuf/wkt";`,
    ...entries.map(({ symbol, module }) => `import { ${symbol} } from "${module}";`),
    "",
    "/** Every message that was generated, for `Any` and for JSON. */",
    "export const typeRegistry = createRegistry(",
    ...[...WELL_KNOWN, ...entries.map(({ symbol }) => symbol)].map((symbol) => `  ${symbol},`),
    ");",
    "",
  ];
  writeFileSync(join(folder, "registry.ts"), lines.join("\n"));
}
