import "meltemi/testing/vitest";
import { TestHost } from "meltemi/testing";
import { expect, it } from "vitest";

const MODULE = new URL("../build/__NAME__.wasm", import.meta.url);

it("gives requests the header of its configuration", async () => {
  const configuration = { header: "x-greeting", value: "hi" };
  const filter = await new TestHost().load(MODULE, { configuration });
  const exchange = filter.http().request({ "x-user": "jason" });
  expect(exchange.upstream).toHaveHeader("x-greeting", "hi");
  expect(exchange.upstream).toHaveHeader("x-user", "jason");
});

it("leaves the response alone", async () => {
  const filter = await new TestHost().load(MODULE, { configuration: {} });
  const exchange = filter.http().request();
  exchange.respond({ ":status": "404" }, { body: "none" }).end();
  expect(exchange).toMatchInlineSnapshot(`
    to the upstream:
      :method: GET
      :path: /
      :scheme: http
      :authority: test
      x-hello: world
    to the client:
      :status: 404
      body of 4 bytes: "none"
  `);
});

it("says what is wrong with its configuration", async () => {
  const reason = await new TestHost().refusal(MODULE, {
    configuration: { header: 7 },
  });
  expect(reason).toContain("header: expected a string");
});
