import type { Case } from "../case.js";

/** What is left of a module that traps. */
export const FAILURES: readonly Case[] = [
  { name: "trap-closed", configuration: "request_headers: trap", http: [{}, {}], until: /request_headers/ },
  {
    name: "trap-open",
    configuration: "request_headers: trap",
    failurePolicy: "FAIL_OPEN",
    http: [{}, {}],
    until: /request_headers/,
  },
  {
    name: "trap-fail-open",
    configuration: "request_headers: trap",
    failOpen: true,
    http: [{}, {}],
    until: /request_headers/,
  },
  {
    name: "trap-in-tick",
    configuration: "request_headers: tick 20; return 1\ntick: trap",
    // Nobody tells the stream that waits.
    http: [{ patienceMs: 700 }, {}],
    until: /^info tick/,
  },
  {
    name: "trap-in-callout",
    configuration:
      "request_headers: http http :method=GET,:path=/called,:authority=callee _ 1000; return 1\nhttp_call_response: trap",
    http: [{ patienceMs: 700 }, {}],
    until: /^info http_call_response/,
  },
  {
    name: "trap-in-done",
    configuration: "done: trap",
    http: [{}, {}],
    until: /^info done/,
  },
  {
    name: "trap-tcp-upstream",
    configuration: "upstream_data: trap",
    tcp: [
      { writes: ["x"], expect: 1 },
      { writes: ["x"], expect: 1 },
    ],
    until: /upstream_data/,
  },
  {
    name: "trap-reload",
    configuration: "request_body: trap",
    failurePolicy: "FAIL_RELOAD",
    // 1 ms takes Envoy down: half of it, in whole milliseconds, is what it divides by.
    reloadBackoff: "0.002s",
    http: [{ body: ["x"] }, {}],
    until: /delete/,
  },
  {
    name: "trap-reload-later",
    configuration: "request_body: trap",
    failurePolicy: "FAIL_RELOAD",
    reloadBackoff: "600s",
    http: [{ body: ["x"] }, {}],
    until: /request_body/,
  },
  { name: "trap-in-body", configuration: "request_body: trap", http: [{ body: ["x"] }, {}], until: /request_body/ },
  { name: "trap-in-response", configuration: "response_headers: trap", http: [{}, {}], until: /response_headers/ },
  { name: "trap-in-log", configuration: "log: trap", http: [{}, {}], until: /log/ },
  { name: "trap-abort", configuration: "request_headers: abort", http: [{}, {}], until: /request_headers/ },
  { name: "trap-recursion", configuration: "request_headers: recurse", http: [{}], until: /request_headers/ },
  {
    name: "trap-tcp",
    configuration: "downstream_data: trap",
    tcp: [
      { writes: ["x"], expect: 1 },
      { writes: ["x"], expect: 1 },
    ],
    until: /downstream_data/,
  },
];
