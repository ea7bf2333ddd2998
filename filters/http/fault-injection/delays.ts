import { setTickPeriod } from "meltemi/assembly";
import { now } from "./clock";

/** Something that waits for its time. */
export abstract class Delayed {
  /** When, by `now`. */
  due: u64 = 0;
  /** Its place among those that wait; -1: it does not. */
  place: i32 = -1;

  /** Its time has come; it waits no more. */
  abstract go(): void;
}

/**
 * Those that wait, in a binary heap by their time: entering and leaving cost the logarithm of how many there are. The
 * plugin's tick is set to the first one's time, and off while there is none.
 */
export class Delays {
  private heap: Array<Delayed> = [];

  get length(): i32 {
    return this.heap.length;
  }

  add(delayed: Delayed, milliseconds: i32): void {
    const time = now();
    delayed.due = time + <u64>milliseconds * 1000;
    this.heap.push(delayed);
    this.put(delayed, this.heap.length - 1);
    this.rise(delayed.place);
    if (delayed.place == 0) setTickPeriod(<u32>milliseconds);
  }

  /** It waits no more, and its time does not come: the request is gone. */
  remove(delayed: Delayed): void {
    const place = delayed.place;
    if (place < 0) return;
    delayed.place = -1;
    const moved = this.heap.pop();
    if (moved == delayed) return;
    this.put(moved, place);
    this.rise(place);
    this.sink(moved.place);
  }

  /** For the plugin's tick: lets all go whose time has come. */
  release(): void {
    let time = now();
    while (this.heap.length > 0 && this.heap[0].due <= time) {
      const delayed = this.heap[0];
      this.remove(delayed);
      delayed.go();
    }
    if (this.heap.length == 0) {
      setTickPeriod(0);
      return;
    }
    time = now();
    const due = this.heap[0].due;
    setTickPeriod(due > time ? <u32>((due - time + 999) / 1000) : 1);
  }

  private put(delayed: Delayed, place: i32): void {
    this.heap[place] = delayed;
    delayed.place = place;
  }

  private rise(place: i32): void {
    const delayed = this.heap[place];
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.heap[parent].due <= delayed.due) break;
      this.put(this.heap[parent], place);
      place = parent;
    }
    this.put(delayed, place);
  }

  private sink(place: i32): void {
    const delayed = this.heap[place];
    const length = this.heap.length;
    while (true) {
      let child = 2 * place + 1;
      if (child >= length) break;
      if (child + 1 < length && this.heap[child + 1].due < this.heap[child].due) child++;
      if (delayed.due <= this.heap[child].due) break;
      this.put(this.heap[child], place);
      place = child;
    }
    this.put(delayed, place);
  }
}
