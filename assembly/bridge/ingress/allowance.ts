import { Settings } from "../settings";
import { Answers } from "./answers";
import { Responses } from "./responses";
import { IngressStreams } from "./streams";

/**
 * How much one client may have unanswered: so many bytes of requests, which a backend that does not read leaves in the
 * proxy. Where answers go in the order of requests also so many requests, and half of the bytes that may wait for earlier
 * answers; the other half is for those under way.
 */
export class Allowance {
  constructor(
    private ordered: bool,
    private settings: Settings,
    private streams: IngressStreams,
    private answers: Answers,
    private responses: Responses,
  ) {}

  /** Has the client used it up? */
  get isUsed(): bool {
    const limits = this.settings;
    if (this.streams.bytes >= limits.unansweredBytes) return true;
    if (!this.ordered) return false;
    return this.unanswered >= limits.unanswered || this.responses.waitingBytes >= limits.reassemblyBytes / 2;
  }

  /** Has so much been answered since that it is worth while to go on? */
  get isBack(): bool {
    const limits = this.settings;
    if (this.streams.bytes > limits.unansweredBytes / 2) return false;
    if (!this.ordered) return true;
    return this.unanswered <= limits.unanswered / 2 && this.responses.waitingBytes <= limits.reassemblyBytes / 4;
  }

  /** Parts of requests count, and those that we answer ourselves. */
  private get unanswered(): i32 {
    return max(this.streams.length, this.answers.length);
  }
}
