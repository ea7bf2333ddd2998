import type { Case } from "../case.js";

const BUFFERS = "bufstat 2; buf 2 0 99; bufstat 3; buf 3 0 99";

/** What a network filter sees and does. */
export const TCP: readonly Case[] = [
  {
    name: "tcp-passes",
    configuration: `new_connection: ${BUFFERS}\ndownstream_data: ${BUFFERS}\nupstream_data: ${BUFFERS}\nlog: ${BUFFERS}`,
    tcp: [{ writes: ["hello", "world"], expect: 10 }],
  },
  {
    name: "tcp-changed",
    configuration:
      "downstream_data: setbuf 2 0 0 <; setbuf 2 999 0 >; setbuf 2 2 1 xyz; setbuf 2 1 99 q; buf 2 0 99\n" +
      "upstream_data: setbuf 3 0 1 _; setbuf 3 99 0 !; buf 3 1 2",
    tcp: [{ writes: ["hello"], expect: 3 }],
  },
  {
    name: "tcp-kept",
    configuration: "downstream_data: buf 2 0 99; tick 40; return 1\ntick: effective 2; buf 2 0 99; continue 2; tick 0",
    tcp: [{ writes: ["kept"], expect: 4 }],
  },
  {
    name: "tcp-swallowed",
    configuration: "downstream_data: setbuf 2 0 999 _; bufstat 2",
    tcp: [{ writes: ["one", "two"], expect: 0 }],
  },
  {
    name: "tcp-closed",
    configuration: "downstream_data: close 2; return 1",
    tcp: [{ writes: ["hello"], expect: 1 }],
  },
  {
    name: "tcp-closed-at-once",
    configuration: "new_connection: close 2; return 1",
    tcp: [{ writes: [], expect: 1 }],
  },
  {
    name: "tcp-continue-upstream",
    configuration:
      "downstream_data: continue 3; continue 2; continue 0; close 9; local 200 _ _ _ -1; http http :path=/ _ 0",
    tcp: [{ writes: ["x"], expect: 1 }],
  },
];
