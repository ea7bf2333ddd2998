import { Slice, Writer } from "../../bytes";
import { Codec, Frame, Metadata } from "../../codec";
import { AttributeForms } from "../headers";
import { ErrorCode, writeReset } from "../http2";
import { Metrics } from "../metrics";
import { Settings } from "../settings";
import { Debts } from "./debts";
import { Heartbeats } from "./heartbeats";
import { Owed } from "./line";
import { Order } from "./order";
import { writeAnswerHead, writeFailure, writeOneWayDone } from "./replies";
import { EgressStream } from "./stream";
import { EgressStreams } from "./streams";

// One callback runs at a time in a VM, so what it works with is shared by all connections.
const meta = new Metadata();
const forms = new AttributeForms();

/** What goes to the proxy for its requests, and what ends with it: within the proxy's windows, or kept until they open. */
export class Answers {
  /** So many came; their owner counts them and sets it back. */
  count: i32 = 0;
  private ids: bool;

  constructor(
    private codec: Codec,
    private settings: Settings,
    private metrics: Metrics,
    private streams: EgressStreams,
    private debts: Debts,
    private heartbeats: Heartbeats,
    private order: Order,
  ) {
    this.ids = !codec.traits().pipelined;
  }

  /** A backend's whole answer to the stream's request. */
  send(stream: EgressStream, answer: Frame, out: Writer): void {
    this.count++;
    meta.clear();
    const readable = this.codec.decode(answer, meta);
    forms.of(readable ? meta : null, this.settings.headers);
    if (forms.dropped > 0) this.metrics.attributesDropped.increment(forms.dropped);
    if (!readable) this.metrics.opaque.increment();
    writeAnswerHead(out, stream.id, readable ? meta : null, forms);
    if (this.ids) this.codec.rename(answer, stream.callerId);
    const whole = this.makeRoom(stream, answer.bytes.length, out) && this.debts.send(stream, answer.bytes, out);
    if (whole) this.end(stream);
  }

  /** An answer of our own, to a request that the backend may know, or certainly got nothing of. */
  fail(stream: EgressStream, neverSent: bool, words: Slice, out: Writer): void {
    this.metrics.localReplies.increment();
    writeFailure(out, stream.id, neverSent, words);
    this.end(stream);
  }

  /** An answer of our own to whoever is owed one by the backend, which will not give it. */
  failAll(words: Slice, out: Writer): void {
    while (!this.order.isEmpty) {
      const owed = this.order.take();
      if (owed > Owed.Preparation) this.fail(changetype<EgressStream>(owed), false, words, out);
    }
  }

  /** The backend has read what was sent before the heartbeat that it answered: the one-way requests among it are done. */
  heartbeatAnswered(out: Writer): void {
    this.heartbeats.hear();
    for (let at = this.heartbeats.done(); at != 0; at = this.heartbeats.done()) {
      const stream = changetype<EgressStream>(at);
      forms.of(null, this.settings.headers);
      writeOneWayDone(out, stream.id, forms);
      this.end(stream);
    }
  }

  /** Writes of what waits as much as the windows take. */
  pay(out: Writer): void {
    for (let paid = this.debts.pay(out); paid != 0; paid = this.debts.pay(out))
      this.end(changetype<EgressStream>(paid));
  }

  /** Gives up those of which the proxy has no byte yet: they would wait for strangers. */
  giveUpUnstarted(out: Writer): void {
    for (let stream = this.debts.unstarted(); stream != 0; stream = this.debts.unstarted()) {
      this.giveUp(changetype<EgressStream>(stream), out);
    }
  }

  /** The stream is over, and whatever was kept for it. */
  end(stream: EgressStream): void {
    this.debts.forget(stream);
    this.heartbeats.forget(stream);
    this.order.forget(stream);
    this.streams.end(stream);
  }

  /** Past the bounds of what may wait, who owes the most has to go. False: that is the answer in hand. */
  private makeRoom(stream: EgressStream, length: i32, out: Writer): bool {
    const limits = this.settings;
    while (true) {
      const victim = this.debts.victim(stream, length, limits.streamBufferBytes, limits.connectionBufferBytes);
      if (victim != 0) this.giveUp(changetype<EgressStream>(victim), out);
      if (victim == 0 || victim == changetype<usize>(stream)) return victim == 0;
    }
  }

  private giveUp(stream: EgressStream, out: Writer): void {
    this.metrics.bufferOverflows.increment();
    writeReset(out, stream.id, ErrorCode.EnhanceYourCalm);
    this.end(stream);
  }
}
