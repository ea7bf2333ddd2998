import { type Conversation, converse, type Refused } from "./conversation.js";
import type { CodecComponent, CodecMessage, Sender } from "./load.js";

/** A frame's message, or what is against the rest of the bytes. */
export type Decoded = { readonly at: number } & (CodecMessage | Refused);

/** The frames of some bytes, one behind the other. What cannot be measured ends them, as the last element. */
export function* decodeAll(codec: CodecComponent, sender: Sender, bytes: Uint8Array): Generator<Decoded> {
  const conversation = converse(codec);
  try {
    yield* framesOf(conversation, sender, bytes);
  } finally {
    conversation.close();
  }
}

function* framesOf(conversation: Conversation, sender: Sender, bytes: Uint8Array): Generator<Decoded> {
  for (let at = 0; at < bytes.length; ) {
    const read = conversation.read(sender, bytes.subarray(at));
    yield { at, ...read };
    if ("refused" in read) return;
    at += read.length;
  }
}
