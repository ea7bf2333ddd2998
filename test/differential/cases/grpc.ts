import type { Case } from "../case.js";

/** GrpcService {1: EnvoyGrpc {1: cluster_name}}. */
const to = (cluster: string) => {
  const field = (text: string) => `%0a%${text.length.toString(16).padStart(2, "0")}`;
  return `${field(`..${cluster}`)}${field(cluster)}${cluster}`;
};
const TARGET = to("grpc");

const TOLD =
  "grpc_initial: get 4 :status; get 4 x-got; get 4 content-type; size 4; get 5 x\n" +
  "grpc_receive: bufstat 5; buf 5 0 99; buf 5 1 2\n" +
  "grpc_trailing: get 5 grpc-status; get 5 grpc-message; get 5 x-end; pairs 5\n" +
  "grpc_close: status; effective 2; continue 0";

const called = (calls: string) => `request_headers: ${calls}; return 1\n${TOLD}`;

/** A unary call that is answered has no close: its message is the end. */
const answered = (call: string) =>
  `request_headers: ${call}; return 1\ngrpc_receive: bufstat 5; buf 5 0 99; status; effective 2; continue 0`;

/** gRPC calls and streams, from the call to its status. */
export const GRPC: readonly Case[] = [
  { name: "grpc-call", configuration: answered(`grpc ${TARGET} s.Service Echo hello`), http: [{}] },
  { name: "grpc-call-empty", configuration: answered(`grpc ${TARGET} s.Service Echo _`), http: [{}] },
  { name: "grpc-call-refused", configuration: called(`grpc ${TARGET} s.Service Refuse hello`), http: [{}] },
  { name: "grpc-call-broken", configuration: called(`grpc ${TARGET} s.Service Break hello`), http: [{}] },
  {
    name: "grpc-call-cancelled",
    configuration:
      `request_headers: grpc ${TARGET} s.Service Silence x; cancel 5; cancel 5; grpcclose 5; tick 60; return 1\n${TOLD}\n` +
      "tick: effective 2; continue 0; tick 0",
    http: [{}],
  },
  {
    name: "grpc-call-too-late",
    configuration: called(`grpc ${TARGET} s.Service Silence hello 150`),
    http: [{}],
  },
  { name: "grpc-call-to-nobody", configuration: called(`grpc ${to("refused2")} s.Service Echo hello`), http: [{}] },
  { name: "grpc-call-to-none", configuration: called(`grpc ${to("empty")} s.Service Echo hello`), http: [{}] },
  { name: "grpc-stream-to-nobody", configuration: called(`stream ${to("refused2")} s.Service Echo`), http: [{}] },
  { name: "grpc-stream-to-none", configuration: called(`stream ${to("empty")} s.Service Echo`), http: [{}] },
  {
    name: "grpc-token-after-a-failure",
    configuration: `request_headers: grpc ${to("empty")} s m x; grpc ${TARGET} s.Service Silence x; cancel 5; cancel 9`,
    http: [{}],
  },
  {
    name: "grpc-stream-refused",
    configuration: called(`stream ${TARGET} s.Service Refuse; send 6 x 1`).replace("; pairs 5", ""),
    http: [{}],
  },
  { name: "grpc-stream-broken", configuration: called(`stream ${TARGET} s.Service Break; send 6 x 1`), http: [{}] },
  {
    name: "grpc-stream",
    configuration: called(`stream ${TARGET} s.Service Echo; send 6 one 0; send 6 two 1; send 7 x 0`),
    http: [{}],
  },
  {
    name: "grpc-stream-twice",
    configuration: called(`stream ${TARGET} s.Service Twice; send 6 one 0; grpcclose 6`),
    http: [{}],
  },
  {
    name: "grpc-stream-cancelled",
    configuration:
      `request_headers: stream ${TARGET} s.Service Silence; send 6 x 0; cancel 6; send 6 x 0; tick 60; return 1\n${TOLD}\n` +
      "tick: effective 2; continue 0; tick 0",
    http: [{}],
  },
  {
    name: "grpc-tokens",
    configuration:
      `request_headers: stream ${TARGET} s.Service Silence; grpc ${TARGET} s.Service Silence x; ` +
      `grpc ${TARGET} s.Service Silence x; stream ${TARGET} s.Service Silence; cancel 6; cancel 5; cancel 9; cancel 10; cancel 14`,
    http: [{}],
  },
];
