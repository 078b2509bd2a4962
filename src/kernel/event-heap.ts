/** An event of a virtual clock; without a callback it has been cancelled. */
export interface HeapEvent {
  readonly atUs: number;
  readonly sequence: number;
  callback: (() => void) | undefined;
}

/** A binary min-heap ordered by (time, order of scheduling): ties fire in the order in which they were made. */
export class EventHeap {
  readonly #events: HeapEvent[] = [];

  push(event: HeapEvent): void {
    const events = this.#events;
    let i = events.length;
    events.push(event);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (isBefore(events[parent]!, event)) break;
      events[i] = events[parent]!;
      i = parent;
    }
    events[i] = event;
  }

  /** Takes out the earliest event that was not cancelled, or nothing when none is left. */
  popLive(): HeapEvent | undefined {
    for (;;) {
      const event = this.#pop();
      if (!event || event.callback) return event;
    }
  }

  #pop(): HeapEvent | undefined {
    const events = this.#events;
    const top = events[0];
    const last = events.pop();
    const size = events.length;
    if (size === 0 || !last) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= size) break;
      if (child + 1 < size && isBefore(events[child + 1]!, events[child]!)) child++;
      if (isBefore(last, events[child]!)) break;
      events[i] = events[child]!;
      i = child;
    }
    events[i] = last;
    return top;
  }
}

const isBefore = (a: HeapEvent, b: HeapEvent): boolean => a.atUs < b.atUs || (a.atUs === b.atUs && a.sequence < b.sequence);
