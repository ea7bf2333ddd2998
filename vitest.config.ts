import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{xds,host,control,testing,cli,assembly,filters,examples,test,bench}/**/*.spec.ts"],
    exclude: ["**/node_modules/**", "build/**", "**/*.long.spec.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
