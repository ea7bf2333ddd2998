import { Body } from "./body";

/** Objects outside the garbage collector that are used again. Their memory holds anything when it is taken. */
export class Pool<T extends Body> {
  private first: usize = 0;

  take(): T {
    const at = this.first;
    if (at == 0) return changetype<T>(heap.alloc(offsetof<T>()));
    this.first = changetype<Body>(at).next;
    return changetype<T>(at);
  }

  /** Its owner has freed all that it holds. */
  put(object: T): void {
    object.next = this.first;
    this.first = changetype<usize>(object);
  }
}
