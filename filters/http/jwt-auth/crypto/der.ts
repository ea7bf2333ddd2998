import { Slice, Writer } from "meltemi/assembly";

// DER (X.690), as much of it as keys and signatures need:
//   SubjectPublicKeyInfo ::= SEQUENCE { SEQUENCE { algorithm OID, parameters }, BIT STRING }          (RFC 5280, 4.1)
//   RSAPublicKey         ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }                      (RFC 8017, A.1.1)
//   Ecdsa-Sig-Value      ::= SEQUENCE { r INTEGER, s INTEGER }                                         (RFC 3279, 2.2.3)
const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
/** SEQUENCE { rsaEncryption (1.2.840.113549.1.1.1), NULL } */
const RSA: StaticArray<u8> = [0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0];
/** SEQUENCE { ecPublicKey (1.2.840.10045.2.1), prime256v1 (1.2.840.10045.3.1.7) } */
const P256: StaticArray<u8> = [
  0x30, 19, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7,
];
/** In front of both coordinates of a point (SEC 1, 2.3.3). */
const UNCOMPRESSED: u8 = 4;
/** Of each coordinate of a point on P-256, and of both numbers of a signature. */
const P256_BYTES: i32 = 32;

/** The key of an RSA modulus and exponent, both unsigned and big-endian. */
export function rsaPublicKey(modulus: Slice, exponent: Slice, out: Writer): void {
  const numbers = integerSize(modulus) + integerSize(exponent);
  const bits = 1 + sized(numbers);
  head(out, SEQUENCE, RSA.length + sized(bits));
  out.copy(changetype<usize>(RSA), RSA.length);
  head(out, BIT_STRING, bits);
  out.u8(0); // bits of the last byte that do not count
  head(out, SEQUENCE, numbers);
  integer(out, modulus);
  integer(out, exponent);
}

/** The key of a point on P-256. False: a coordinate is not of 32 bytes, as RFC 7518 (6.2.1.2) wants it. */
export function ecPublicKey(x: Slice, y: Slice, out: Writer): bool {
  if (x.length != P256_BYTES || y.length != P256_BYTES) return false;
  const bits = 2 + 2 * P256_BYTES;
  head(out, SEQUENCE, P256.length + sized(bits));
  out.copy(changetype<usize>(P256), P256.length);
  head(out, BIT_STRING, bits);
  out.u8(0);
  out.u8(UNCOMPRESSED);
  out.bytes(x);
  out.bytes(y);
  return true;
}

/** A signature of ES256, which is r and s behind each other (RFC 7518, 3.4). False: it is not of 64 bytes. */
export function ecSignature(signature: Slice, out: Writer): bool {
  if (signature.length != 2 * P256_BYTES) return false;
  const r = Slice.view(signature.ptr, P256_BYTES);
  const s = Slice.view(signature.ptr + <usize>P256_BYTES, P256_BYTES);
  head(out, SEQUENCE, integerSize(r) + integerSize(s));
  integer(out, r);
  integer(out, s);
  return true;
}

/** A positive number without zeros in front, but for one where its highest bit is set. */
function integer(out: Writer, number: Slice): void {
  const content = significant(number);
  const signed = isSigned(content);
  head(out, INTEGER, content.length + <i32>signed);
  if (signed) out.u8(0);
  out.bytes(content);
}

function integerSize(number: Slice): i32 {
  const content = significant(number);
  return sized(content.length + <i32>isSigned(content));
}

/** Zero is one zero byte; so is nothing, for which `isSigned` puts one in front. */
function significant(number: Slice): Slice {
  let skipped = 0;
  while (skipped < number.length && number.at(skipped) == 0) skipped++;
  return Slice.view(number.ptr + <usize>skipped, number.length - skipped);
}

function isSigned(content: Slice): bool {
  return content.length == 0 || (content.at(0) & 0x80) != 0;
}

/** Content of so many bytes with its head. */
function sized(content: i32): i32 {
  return content + (content < 0x80 ? 2 : content < 0x100 ? 3 : 4);
}

/** A tag and a length of at most 65,535. */
function head(out: Writer, tag: u8, length: i32): void {
  out.u8(tag);
  if (length >= 0x100) {
    out.u8(0x82);
    out.u16(length);
    return;
  }
  if (length >= 0x80) out.u8(0x81);
  out.u8(length);
}
