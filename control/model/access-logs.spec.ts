import { expect, test } from "vitest";
import type { Service } from "./index.js";
import { mesh, own, readService, telemetry, to } from "./telemetry.support.js";

const file = (name: string) => ({ name, envoyFileAccessLog: { path: `/var/log/${name}` } });

/** What is written of the service's requests on either side, as `log percentage`, and which lane it takes. */
function read(...documents: string[]) {
  const { service, model, problems } = readService(documents);
  const said = (side?: Pick<Service, "logging">) =>
    side?.logging?.map(({ log, percentage }) => `${log} ${percentage}`) ?? [];
  return {
    client: said(service),
    server: said(service?.inbound),
    lane: service?.lane.taken,
    logs: model?.accessLogs,
    problems,
  };
}

test("nothing is written where nobody says so, and every proxy knows the built-in log", () => {
  expect(read()).toMatchObject({ client: [], server: [], lane: "flow", problems: [] });
  expect(read().logs).toEqual([{ name: "envoy", path: "/dev/stdout" }]);
});

test("the mesh's file is a log for all, the providers' files are for those who name them", () => {
  const all = mesh({ accessLogFile: "/var/log/all", accessLogFormat: "%PROTOCOL%", extensionProviders: [file("x")] });
  const found = read(all);
  expect(found).toMatchObject({ client: ["envoy 100"], server: ["envoy 100"], lane: "request", problems: [] });
  expect(found.logs).toEqual([
    { name: "envoy", path: "/var/log/all", format: { text: "%PROTOCOL%" } },
    { name: "x", path: "/var/log/x" },
  ]);
  const usual = mesh({ extensionProviders: [file("x")], defaultProviders: { accessLogging: ["x"] } });
  expect(read(usual)).toMatchObject({ client: ["x 100"], server: ["x 100"] });
});

test("what is said of a service stands in the place of what is said of its namespace, and that of the mesh's", () => {
  const logs = mesh({ extensionProviders: [file("x"), file("y")] });
  const root = telemetry("istio-system", { accessLogging: [to("x")] });
  const shop = telemetry("shop", { accessLogging: [to("y")] }, { "meltemi.dev/access-log-sampling": "2.5" });
  expect(read(logs, root).client).toEqual(["x 100"]);
  expect(read(logs, root, shop).client).toEqual(["y 2.5"]);
  const off = telemetry("shop", { ...own, accessLogging: [{ disabled: true }] }, {}, "off");
  expect(read(logs, root, shop, off)).toMatchObject({ client: [], server: [], lane: "flow", problems: [] });
  const part = telemetry("shop", { accessLogging: [to("x", "y"), { ...to("x"), disabled: true }] });
  expect(read(logs, root, part).client).toEqual(["y 100"]);
  const elsewhere = telemetry("other", { accessLogging: [to("x")] });
  expect(read(logs, elsewhere)).toMatchObject({ client: [], problems: [] });
  const none = telemetry("shop", { accessLogging: [to("x")] }, { "meltemi.dev/access-log-sampling": "0" });
  expect(read(logs, none)).toMatchObject({ client: [], lane: "flow" });
});

test("each side's proxies are told their own", () => {
  const server = telemetry("shop", { accessLogging: [{ ...to("envoy"), match: { mode: "SERVER" } }] });
  expect(read(server)).toMatchObject({ client: [], server: ["envoy 100"], lane: "flow", problems: [] });
  const client = telemetry("shop", { accessLogging: [{ ...to("envoy"), match: { mode: "CLIENT" } }] });
  expect(read(client)).toMatchObject({ client: ["envoy 100"], server: [], lane: "request", problems: [] });
});

test("what cannot be is told with its place", () => {
  const filter = { expression: "request.protocol == 'x'" };
  const wrong = telemetry(
    "shop",
    { accessLogging: [{ ...to("envy"), filter }] },
    {
      "meltemi.dev/access-log-sampling": "all",
      "meltemi.dev/access-log-sample": "1",
    },
  );
  const second = telemetry("shop", { accessLogging: [to("envoy")] }, {}, "second");
  const nobody = telemetry("shop", { targetRefs: [{ ...own.targetRefs[0], name: "b" }] }, {}, "nobody");
  const broken = mesh({ accessLogEncoding: "JSON", accessLogFormat: "%PROTOCOL%" });
  const { problems } = read(wrong, second, nobody, broken, broken.replace('"mesh"', '"other"'));
  expect(problems.map((problem) => problem.replace(/^(\d\.yaml).*?: (error|warning): /, "$1 "))).toEqual([
    '1.yaml metadata.annotations["meltemi.dev/access-log-sample"]: a Telemetry has no such annotation; did you mean meltemi.dev/access-log-sampling?',
    "3.yaml spec.targetRefs[0].name: shop has no ServiceEntry b with a port of a known protocol; did you mean a?",
    "5.yaml metadata.name: the mesh is set up in 4.yaml:1 already",
    "4.yaml spec.meshConfig.accessLogFormat: expected an object in JSON, as accessLogEncoding says",
    "2.yaml spec.accessLogging: ServiceEntry shop/a has it from t already (1.yaml:1)",
    "1.yaml spec.accessLogging[0].providers[0].name: no envoyFileAccessLog among meshConfig.extensionProviders has this name; did you mean envoy?",
    '1.yaml metadata.annotations["meltemi.dev/access-log-sampling"]: expected a percentage such as "2.5", found "all"',
    '1.yaml spec.accessLogging[0].filter.expression: expected comparisons joined by "&&" of response.code with a number or request.duration with a duration("500ms"), by ==, <, <=, > or >=, of some request',
  ]);
});
