import { callForeignFunction, Slice, Writer } from "meltemi/assembly";

const NAME = Slice.fixed("verify_signature");
const SHA256 = Slice.fixed("sha256");
const LENGTH_DELIMITED: u32 = 2;
/** `bool result = 1` that is true; proto3 leaves out what is false. */
const RESULT_TAG: u8 = 0x08;

const argument = new Writer();

/**
 * Does the proxy find that this key (DER, SubjectPublicKeyInfo) has signed the text, by SHA-256?
 *   VerifySignatureArguments { 1 hash_function, 2 public_key, 3 signature, 4 text } → { 1 result, 2 error }
 */
export function verifySignature(key: Slice, signature: Slice, text: Slice): bool {
  argument.reset();
  field(1, SHA256);
  field(2, key);
  field(3, signature);
  field(4, text);
  const result = callForeignFunction(NAME, argument.view());
  return result != null && result.length >= 2 && result.at(0) == RESULT_TAG && result.at(1) == 1;
}

function field(number: u32, bytes: Slice): void {
  varint((number << 3) | LENGTH_DELIMITED);
  varint(<u32>bytes.length);
  argument.bytes(bytes);
}

function varint(value: u32): void {
  while (value >= 0x80) {
    argument.u8((value & 0x7f) | 0x80);
    value >>= 7;
  }
  argument.u8(value);
}
