import { Status } from "../abi.js";
import { readPairs } from "../pairs.js";
import type { Vm } from "../vm.js";

/** HTTP and gRPC calls that a module makes; they belong to the root, whoever asks. */
export function calloutCalls(vm: Vm) {
  const { pairs, text } = readers(vm);
  return {
    http_call(
      cluster: number,
      clusterLength: number,
      headers: number,
      headersLength: number,
      body: number,
      bodyLength: number,
      trailers: number,
      trailersLength: number,
      timeout: number,
      tokenOut: number,
    ): Status {
      const root = vm.callee.root;
      const name = text(cluster, clusterLength);
      const fields = pairs(headers, headersLength);
      const bytes = vm.memory.copy(body, bodyLength);
      const last = pairs(trailers, trailersLength);
      if (!root || name === undefined || !fields || !bytes || !last) return Status.InvalidMemoryAccess;
      if (!vm.memory.setU32(tokenOut, 0)) return Status.InvalidMemoryAccess;
      if (timeout < 0) return Status.BadArgument;
      const call = { cluster: name, headers: fields, body: bytes, trailers: last, timeoutMs: timeout || undefined };
      const { status, token } = root.httpCall(call);
      vm.memory.setU32(tokenOut, token);
      return status;
    },

    grpc_call(
      target: number,
      targetLength: number,
      service: number,
      serviceLength: number,
      method: number,
      methodLength: number,
      metadata: number,
      metadataLength: number,
      message: number,
      messageLength: number,
      timeout: number,
      tokenOut: number,
    ): Status {
      const unary = vm.memory.copy(message, messageLength);
      if (!unary) return Status.InvalidMemoryAccess;
      const where = [target, targetLength, service, serviceLength, method, methodLength] as const;
      return open(where, metadata, metadataLength, unary, timeout >>> 0 || undefined, tokenOut);
    },

    grpc_stream(
      target: number,
      targetLength: number,
      service: number,
      serviceLength: number,
      method: number,
      methodLength: number,
      metadata: number,
      metadataLength: number,
      tokenOut: number,
    ): Status {
      const where = [target, targetLength, service, serviceLength, method, methodLength] as const;
      return open(where, metadata, metadataLength, undefined, undefined, tokenOut);
    },

    grpc_send(token: number, message: number, messageLength: number, endOfStream: number): Status {
      const root = vm.callee.root;
      const bytes = vm.memory.copy(message, messageLength);
      if (!root || !bytes) return Status.InvalidMemoryAccess;
      return root.grpcSend(token >>> 0, bytes, endOfStream !== 0);
    },

    grpc_cancel(token: number): Status {
      return vm.callee.root?.grpcCancel(token >>> 0) ?? Status.NotFound;
    },

    grpc_close(token: number): Status {
      return vm.callee.root?.grpcClose(token >>> 0) ?? Status.NotFound;
    },
  };

  function open(
    [target, targetLength, service, serviceLength, method, methodLength]: readonly [
      number,
      number,
      number,
      number,
      number,
      number,
    ],
    metadata: number,
    metadataLength: number,
    unary: Uint8Array | undefined,
    timeoutMs: number | undefined,
    tokenOut: number,
  ): Status {
    const root = vm.callee.root;
    const where = vm.memory.copy(target, targetLength);
    const serviceName = text(service, serviceLength);
    const methodName = text(method, methodLength);
    const initialMetadata = pairs(metadata, metadataLength);
    if (!root || !where || serviceName === undefined || methodName === undefined || !initialMetadata) {
      return Status.InvalidMemoryAccess;
    }
    const call = { target: where, service: serviceName, method: methodName, initialMetadata, timeoutMs };
    const { status, token } = root.grpcOpen(call, unary);
    if (status !== Status.Ok) return status;
    return vm.memory.setU32(tokenOut, token) ? Status.Ok : Status.InvalidMemoryAccess;
  }
}

function readers(vm: Vm) {
  return {
    text: (pointer: number, length: number) => vm.memory.text(pointer, length),
    pairs(pointer: number, length: number) {
      const view = vm.memory.view(pointer, length);
      return view && readPairs(view).map(([name, value]) => [name.toLowerCase(), value] as const);
    },
  };
}
