import { defineConfig } from "vitest/config";

/** Soak, fuzz and peers that take minutes: `npm run test:long` asks for them. */
const long = process.env["MELTEMI_LONG"] === "1";

export default defineConfig({
  test: {
    include: ["{xds,host,control,testing,cli,assembly,filters,examples,test,bench}/**/*.spec.ts"],
    exclude: ["**/node_modules/**", "build/**", ...(long ? [] : ["**/*.long.spec.ts"])],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});
