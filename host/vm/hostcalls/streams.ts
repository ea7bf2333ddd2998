import { Status, StreamType } from "../abi.js";
import { readPairs } from "../pairs.js";
import type { Vm } from "../vm.js";

/** gRPC knows statuses up to here; SDKs give -1 for none. */
const HIGHEST_GRPC_STATUS = 16;

/** Streams: go on, end, answer. */
export function streamCalls(vm: Vm) {
  return {
    continue_stream(type: number): Status {
      if (type >>> 0 > StreamType.Upstream) return Status.BadArgument;
      return vm.callee.continueStream(type);
    },

    close_stream(type: number): Status {
      if (type >>> 0 > StreamType.Upstream) return Status.BadArgument;
      return vm.callee.closeStream(type);
    },

    send_local_response(
      status: number,
      details: number,
      detailsLength: number,
      body: number,
      bodyLength: number,
      headers: number,
      headersLength: number,
      grpcStatus: number,
    ): Status {
      const context = vm.callee;
      const why = vm.memory.text(details, detailsLength);
      const bytes = vm.memory.copy(body, bodyLength);
      const pairs = vm.memory.view(headers, headersLength);
      if (why === undefined || !bytes || !pairs) return Status.InvalidMemoryAccess;
      context.sendLocalResponse({
        status,
        details: why.replace(/\s/g, "_"),
        body: bytes,
        headers: readPairs(pairs).map(([name, value]) => [name.toLowerCase(), value] as const),
        grpcStatus: grpcStatus >= 0 && grpcStatus <= HIGHEST_GRPC_STATUS ? grpcStatus : undefined,
      });
      return Status.Ok;
    },
  };
}

/** What only ABI 0.1.0 imports. */
export function legacyCalls(vm: Vm) {
  return {
    continue_request: () => vm.callee.continueStream(StreamType.HttpRequest),
    continue_response: () => vm.callee.continueStream(StreamType.HttpResponse),
    clear_route_cache(): Status {
      vm.callee.clearRouteCache();
      return Status.Ok;
    },
    get_configuration(pointerOut: number, lengthOut: number): Status {
      return vm.give(vm.callee.configuration, pointerOut, lengthOut) ? Status.Ok : Status.InvalidMemoryAccess;
    },
  };
}
