import { expect } from "vitest";
import type { World } from "../support/index.js";

export const MINUTES = 60_000;
/** How often a proxy's memory is read in the course of a test. */
export const SAMPLES = 20;

/** What a proxy holds, in bytes. */
interface Sample {
  readonly rss: number;
  /** Linear memory of all of its VMs. */
  readonly vm: number;
}

/**
 * The growth over the last half of the samples, by least squares, as a share of their mean. Each counts as the most there
 * was until then: a garbage collector gives memory back at times, and what rises again to where it was is no leak.
 */
function growth(samples: readonly number[]): number {
  const most = samples.map((_, index) => Math.max(...samples.slice(0, index + 1)));
  const half = most.slice(Math.floor(most.length / 2));
  const mean = half.reduce((sum, value) => sum + value, 0) / half.length;
  const middle = (half.length - 1) / 2;
  const covariance = half.reduce((sum, value, index) => sum + (index - middle) * (value - mean), 0);
  const variance = half.reduce((sum, _, index) => sum + (index - middle) ** 2, 0);
  return ((covariance / variance) * (half.length - 1)) / mean;
}

/** Runs a piece of work as many times as there are samples, and reads the proxy's memory after each. */
export async function sampled(world: World, work: () => Promise<void>): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (let i = 0; i < SAMPLES; i++) {
    await work();
    for (const backend of world.all) backend.messages.length = 0;
    samples.push({ rss: world.proxy.rss(), vm: await world.stat(/meltemi\..*\.memory_bytes$/) });
  }
  return samples;
}

/** Prints the figures in one line, and looks at them. */
export function expectLevel(world: World, what: string, samples: readonly Sample[], startedAt: number): void {
  const rss = samples.map((sample) => sample.rss);
  const vm = samples.map((sample) => sample.vm);
  const megabytes = (values: readonly number[]) => values.map((bytes) => (bytes / 1e6).toFixed(1)).join(" ");
  const percent = (values: readonly number[]) => `${(growth(values) * 100).toFixed(2)}%`;
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  console.log(
    `memory, ${world.protocol.name} on ${world.proxy.kind}: ${what} in ${seconds} s; ` +
      `VM ${percent(vm)} of ${megabytes(vm.slice(-1))} MB, RSS ${percent(rss)} of ${megabytes(rss.slice(-1))} MB`,
  );
  expect(Math.min(...vm), "VM memory is told").toBeGreaterThan(0);
  expect(growth(vm), `VM memory in MB: ${megabytes(vm)}`).toBeLessThan(0.01);
  expect(growth(rss), `resident memory in MB: ${megabytes(rss)}`).toBeLessThan(0.01);
}
