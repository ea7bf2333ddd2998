import { readFileSync } from "node:fs";
import type { Figures } from "./measurement.js";

const CLOCK_TICKS_PER_SECOND = 100;

/** Seconds of CPU that a process has used, user and system. Linux only: Envoy's wheel is too. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_SECOND;
}

/** What a process spends while `work` makes requests; `work` gives their number. */
export async function measureCpu(pid: number, work: () => Promise<number>): Promise<Figures> {
  const [cpu, time] = [cpuSeconds(pid), performance.now()];
  const requests = await work();
  if (!(requests > 0)) throw new Error("not one request was answered");
  return {
    cpuPerRequestUs: Math.round(((cpuSeconds(pid) - cpu) * 1e7) / requests) / 10,
    requestsPerSecond: Math.round((requests * 1000) / (performance.now() - time)),
  };
}
