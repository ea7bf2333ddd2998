import { defineConfig } from "vitest/config";

/** Soak, fuzz and peers that take minutes: `npm run test:long` asks for them. */
const long = process.env["MELTEMI_LONG"] === "1";

export default defineConfig({
  test: {
    include: ["{docs,xds,host,control,testing,cli,assembly,filters,examples,test,bench}/**/*.spec.ts"],
    exclude: ["**/node_modules/**", "build/**", ...(long ? [] : ["**/*.long.spec.ts"])],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // Much of a test is waiting, so two cores keep three workers going.
    maxWorkers: 3,
    // The files of a worker share what they import and compile: anew for each file, that took half a second of processor
    // and more. So no test leaves a mark on a module; what cases change they make for themselves.
    isolate: false,
  },
});
