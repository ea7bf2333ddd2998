import {
  proxy_dequeue_shared_queue,
  proxy_enqueue_shared_queue,
  proxy_get_shared_data,
  proxy_register_shared_queue,
  proxy_resolve_shared_queue,
  proxy_set_shared_data,
  RESULT,
  RESULT_EXTRA,
  RESULT_SIZE,
  resultBytes,
  resultBytesOrNull,
  Status,
} from "../abi";
import { Slice } from "../bytes";

/** A value that all VMs of one vm_id share, with the number to hand back when it is to be replaced only as it is. */
export class SharedValue {
  constructor(
    readonly value: Slice,
    readonly cas: u32,
  ) {}
}

/** A shared value; null where the key is not there. */
export function getSharedData(key: Slice): SharedValue | null {
  const status = proxy_get_shared_data(key.ptr, key.length, RESULT, RESULT_SIZE, RESULT_EXTRA);
  return status == Status.Ok ? new SharedValue(resultBytes(), load<u32>(RESULT_EXTRA)) : null;
}

/** Sets a shared value. With a `cas` other than zero, `CasMismatch` where somebody changed it since. */
export function setSharedData(key: Slice, value: Slice, cas: u32 = 0): Status {
  return proxy_set_shared_data(key.ptr, key.length, value.ptr, value.length, cas);
}

/** Makes a queue of this VM's, whose arrivals `RootContext.onQueueReady` hears of; zero where that failed. */
export function registerSharedQueue(name: Slice): u32 {
  return proxy_register_shared_queue(name.ptr, name.length, RESULT) == Status.Ok ? load<u32>(RESULT) : 0;
}

/** Finds a queue that a VM registered; zero where there is none. */
export function resolveSharedQueue(vmId: Slice, name: Slice): u32 {
  const status = proxy_resolve_shared_queue(vmId.ptr, vmId.length, name.ptr, name.length, RESULT);
  return status == Status.Ok ? load<u32>(RESULT) : 0;
}

/** Puts a copy of `item` at the end of a queue; NotFound where there is no such queue. */
export function enqueue(queue: u32, item: Slice): Status {
  return proxy_enqueue_shared_queue(queue, item.ptr, item.length);
}

/** Takes the oldest item; null where the queue is empty. */
export function dequeue(queue: u32): Slice | null {
  return resultBytesOrNull(proxy_dequeue_shared_queue(queue, RESULT, RESULT_SIZE));
}
