import { Bytes, Fields, Slice } from "meltemi/assembly";
import { ClaimHeader } from "./claim-header";
import { Judgement } from "./judgement";
import { Found, KeySet, RemoteKeys, RemoteKeySets } from "./keys";
import { Location } from "./location";
import { Naming } from "./naming";
import { Refusal, Token } from "./tokens";
import { Verified } from "./verified";

const SKEW_SECONDS: f64 = 60;
const MOST_SKEW_SECONDS: f64 = 86400;

/** One issuer whose tokens are believed: where they stand, for whom they are, and by which keys. */
export class Provider {
  private verified: Verified = new Verified();

  private constructor(
    private issuer: string,
    private audiences: Array<string>,
    private skew: f64,
    private locations: Array<Location>,
    private forward: bool,
    private claimHeaders: Array<ClaimHeader>,
    private payloadHeader: ClaimHeader | null,
    private inline: KeySet | null,
    private remote: RemoteKeys | null,
  ) {}

  /** What is wrong goes to the fields' problems. */
  static read(fields: Fields, naming: Naming, sets: RemoteKeySets): Provider {
    const problems = fields.problems;
    const issuer = fields.requiredString("issuer");
    const audiences = fields.strings("audiences");
    const skew = fields.number("clockSkew", SKEW_SECONDS, 0, MOST_SKEW_SECONDS);
    const locations: Array<Location> = [];
    const from = fields.objects("from");
    for (let i = 0; i < from.length; i++) locations.push(Location.read(from[i], naming));
    if (locations.length == 0) locations.push(Location.usual(naming));
    const forward = fields.boolean("forward", false);
    const claimHeaders: Array<ClaimHeader> = [];
    const list = fields.objects("claimHeaders");
    for (let i = 0; i < list.length; i++) claimHeaders.push(ClaimHeader.read(list[i], naming));
    const payload = fields.string("payloadHeader", "");
    const hasInline = fields.has("jwks");
    if (hasInline == fields.has("remote")) problems.add(fields.path, 'exactly one of "jwks" and "remote"', null);
    const jwks = fields.string("jwks", "");
    const inline = hasInline ? KeySet.parse(Bytes.of(jwks).view()) : null;
    if (hasInline && inline == null) {
      problems.list.push(fields.path + ".jwks: expected a JSON Web Key Set with a key for HS256, RS256 or ES256");
    }
    const remoteFields = fields.object("remote");
    const remote = fields.has("remote") ? sets.read(remoteFields) : null;
    fields.done();
    const payloadHeader = payload != "" ? ClaimHeader.named("", payload, naming) : null;
    return new Provider(issuer, audiences, skew, locations, forward, claimHeaders, payloadHeader, inline, remote);
  }

  /** Takes away what a client says in the name of a token. True: there was something. */
  clear(): bool {
    let changed = false;
    for (let i = 0; i < this.claimHeaders.length; i++) {
      if (this.claimHeaders[i].clear()) changed = true;
    }
    const payload = this.payloadHeader;
    return (payload != null && payload.clear()) || changed;
  }

  /**
   * Looks for a token of this issuer's, and judges it.
   * @returns whether there was one; `judgement` then says what of it, or for which keys to wait
   */
  judge(judgement: Judgement): bool {
    for (let i = 0; i < this.locations.length; i++) {
      const text = this.locations[i].token();
      if (text == null) continue;
      judgement.seen = true;
      if (this.judgeToken(text, judgement)) return true;
    }
    return false;
  }

  /** Says to the backend what the token does. True: something of the request has changed. */
  tell(token: Token): bool {
    let changed = false;
    for (let i = 0; i < this.claimHeaders.length; i++) {
      if (this.claimHeaders[i].say(token.claims)) changed = true;
    }
    const payload = this.payloadHeader;
    if (payload != null) {
      payload.set(token.payload.view());
      changed = true;
    }
    if (this.forward) return changed;
    for (let i = 0; i < this.locations.length; i++) {
      const text = this.locations[i].token();
      if (text == null || !token.is(text)) continue;
      this.locations[i].remove();
      changed = true;
    }
    return changed;
  }

  /** False: it is another issuer's. */
  private judgeToken(text: Slice, judgement: Judgement): bool {
    const remote = this.remote;
    const keys = remote == null ? this.inline : remote.set;
    const known = keys != null ? this.verified.find(text, keys) : null;
    const token = known == null ? Token.parse(text) : known;
    if (token == null) {
      judgement.malformed = true;
      return false;
    }
    if (token.issuer != this.issuer) return false;
    judgement.token = token;
    judgement.refusal = token.refusedAt(<f64>judgement.milliseconds / 1000, this.skew);
    if (judgement.refusal != Refusal.None) return true;
    if (!token.isFor(this.audiences)) {
      judgement.refusal = Refusal.Audience;
      return true;
    }
    const waits = remote != null && !judgement.waited && remote.want(judgement.milliseconds);
    judgement.known = known != null && !waits;
    if (waits) judgement.wait = remote;
    else if (known != null) return true;
    else if (keys == null) judgement.refusal = Refusal.NoKeys;
    else this.verify(token, text, keys, judgement);
    return true;
  }

  private verify(token: Token, text: Slice, keys: KeySet, judgement: Judgement): void {
    if (token.isUnsupported) {
      judgement.refusal = Refusal.Algorithm;
      return;
    }
    const found = keys.verify(token.algorithm, token.keyId, token.signatureView(), token.signed());
    if (found == Found.Good) {
      this.verified.add(text, token);
      return;
    }
    judgement.refusal = found == Found.Bad ? Refusal.Signature : Refusal.NoKey;
    const remote = this.remote;
    if (found == Found.Bad || remote == null || judgement.waited) return;
    if (remote.wantNewer(judgement.milliseconds)) judgement.wait = remote;
  }
}
