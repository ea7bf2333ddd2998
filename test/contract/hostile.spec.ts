import { expect, test } from "vitest";
import { ALL_PROTOCOLS, type Attributes, contract, HARDLY_MATTERS } from "../support/index.js";

/** Attributes that would steer or break an HTTP proxy if they were its headers. */
const HOSTILE: [string, Attributes][] = [
  [
    "pseudo headers",
    [
      [":path", "/elsewhere"],
      [":authority", "evil"],
      [":method", "DELETE"],
      [":status", "500"],
      [":", "x"],
    ],
  ],
  [
    "host and framing",
    [
      ["host", "evil"],
      ["Host", "evil"],
      ["transfer-encoding", "chunked"],
      ["content-length", "3"],
      ["te", "gzip"],
    ],
  ],
  [
    "hop by hop",
    [
      ["connection", "close"],
      ["upgrade", "h2c"],
      ["keep-alive", "1"],
      ["proxy-connection", "x"],
      ["expect", "100-continue"],
    ],
  ],
  [
    "Envoy's own",
    [
      ["x-envoy-upstream-rq-timeout-ms", "1"],
      ["X-Envoy-Retry-On", "5xx"],
      ["x-envoy-original-path", "/x"],
      ["x-envoy-internal", "true"],
      ["x-envoy-decorator-operation", "o"],
    ],
  ],
  [
    "names that the request's own parts have",
    [
      ["method", "evil"],
      ["service", "evil"],
      ["interface", "evil"],
      ["Method", "evil"],
    ],
  ],
  [
    "deadlines that are none",
    [
      ["timeout-ms", "-1"],
      ["timeout", "-1"],
    ],
  ],
  [
    "deadlines that are no numbers",
    [
      ["timeout-ms", "1s"],
      ["timeout", "soon"],
    ],
  ],
  [
    "deadlines past every number",
    [
      ["timeout-ms", "99999999999999999999"],
      ["timeout", "99999999999999999999"],
    ],
  ],
  [
    "Meltemi's own",
    [
      ["x-meltemi-kind", "oneway"],
      ["x-meltemi-digest", "0000000000000000"],
      ["x-meltemi-names", "A,B"],
      ["x-meltemi-a-host", "h"],
    ],
  ],
  [
    "what proxies add",
    [
      ["x-forwarded-for", "1.2.3.4"],
      ["x-request-id", "7"],
      ["via", "1.1 x"],
      ["server", "s"],
      ["date", "never"],
      ["cookie", "a=b; c=d"],
    ],
  ],
  [
    "gRPC's",
    [
      ["grpc-timeout", "1n"],
      ["grpc-status", "13"],
      ["content-type", "application/grpc"],
    ],
  ],
  [
    "spaces",
    [
      ["a name", "v"],
      [" lead", " trail "],
      ["tab\t", "\tv\t"],
      ["only", "   "],
    ],
  ],
  [
    "control characters",
    [
      ["new\r\nline: x", "v\r\nx-injected: 1"],
      ["nul\0", "a\0b"],
      ["del\x7f", "\x7f\x01"],
    ],
  ],
  [
    "empty ones",
    [
      ["", "no name"],
      ["novalue", ""],
      ["", ""],
    ],
  ],
  [
    "not ASCII",
    [
      ["ключ", "значение"],
      ["名前", "値"],
      ["emoji😀", "🎉"],
      ["Ünï", "ünï"],
    ],
  ],
  [
    "percent signs",
    [
      ["%3apath", "%2Fx"],
      ["100%", "%zz %"],
      ["x-meltemi-a-%68ost", "h"],
    ],
  ],
  [
    "two that differ in case only",
    [
      ["Same", "first"],
      ["sAME", "second"],
      ["same", "third"],
    ],
  ],
  ["200 of them", Array.from({ length: 200 }, (_, index) => [`Attribute-${index}`, `value ${index}`] as const)],
  ["1,500 of them", Array.from({ length: 1_500 }, (_, index) => [`a${index}`, `${index}`] as const)],
  [
    "long names",
    [
      ["n".repeat(129), "v"],
      ["N".repeat(5_000), "v"],
      ["é".repeat(300), "v"],
    ],
  ],
  [
    "long values",
    [
      ["eight", "v".repeat(8_192)],
      ["nine", "v".repeat(9_000)],
      ["sixty", "v".repeat(65_535)],
    ],
  ],
  ["many long values", Array.from({ length: 20 }, (_, index) => [`long${index}`, "x".repeat(8_000)] as const)],
];

const yes = { exact: "yes" };
const services = {
  pass: { routes: [{ match: { go: yes }, to: "v1" }, { to: "v3" }] },
  change: {
    routes: [
      {
        match: { go: yes },
        to: "v1",
        request: [["Added", "one"]] as Attributes,
        response: [["Back", "two"]] as Attributes,
      },
    ],
  },
  match: {
    routes: [
      { match: { host: { exact: "h" } }, to: "v1" },
      { match: { "x-envoy-User": { exact: "u" } }, to: "v2" },
      { match: { "a name": { prefix: "sp" } }, to: "v3" },
      { match: { ключ: { exact: "значение" } }, to: "v1" },
      { match: { ":path": { exact: "/p" } }, to: "v2" },
    ],
  },
};

contract(
  "hostile attributes",
  { services },
  (world) => {
    test.each(HOSTILE)("%s are routed on and arrive byte for byte", async (_, attributes) => {
      const { protocol, backends } = world();
      backends.v1.reply = () => ({ attributes, payload: "served" });
      const call = { attributes: [["go", "yes"] as const, ...attributes], payload: "p" };
      const caller = world().caller("pass");
      const answer = await caller.call(call);
      expect(answer.error).toBeUndefined();
      expect(world().counts()).toEqual({ v1: 1, v2: 0, v3: 0 });
      const [message] = backends.v1.messages;
      expect(message?.oneWay).toBe(false);
      expect(protocol.withoutId(message?.raw ?? Buffer.alloc(0)).equals(protocol.request(0n, call))).toBe(true);
      expect(answer.attributes).toEqual(attributes);
      expect(caller.opened).toBe(1);
    });

    test.each(HOSTILE)("%s stay as they are when another attribute changes", async (_, attributes) => {
      const { backends } = world();
      backends.v1.reply = () => ({ attributes, payload: "served" });
      const sent: Attributes = [["go", "yes"], ...attributes];
      const answer = await world().caller("change").call({ attributes: sent, payload: "p" });
      const [message] = backends.v1.messages;
      expect(message?.attributes).toEqual([...sent, ["Added", "one"]]);
      expect(message?.payload.toString()).toBe("p");
      expect([answer.attributes, answer.payload.toString()]).toEqual([[...attributes, ["Back", "two"]], "served"]);
    });

    const matched: [string, string, "v1" | "v2" | "v3"][] = [
      ["Host", "h", "v1"],
      ["X-Envoy-User", "u", "v2"],
      ["A Name", "spaced", "v3"],
      ["ключ", "значение", "v1"],
      [":path", "/p", "v2"],
    ];
    test.each(matched)("a rule can still match on %s", async (name, value, backend) => {
      expect(
        (
          await world()
            .caller("match")
            .call({ attributes: [[name, value]] })
        ).error,
      ).toBeUndefined();
      expect(world().counts()).toEqual({ v1: 0, v2: 0, v3: 0, [backend]: 1 });
    });
  },
  { protocols: ALL_PROTOCOLS, lanes: HARDLY_MATTERS },
);
