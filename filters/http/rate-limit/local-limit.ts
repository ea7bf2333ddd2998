import { Fields, HeaderMapType } from "meltemi/assembly";
import { allHold, AttributeMatch } from "meltemi/assembly/requests";
import { Bucket } from "./bucket";

/** A bucket, and which requests take from it. */
class Condition {
  constructor(
    readonly match: Array<AttributeMatch>,
    readonly bucket: Bucket,
  ) {}
}

/** Buckets in order: a request takes from the first whose match holds. One that none is for is not limited. */
export class LocalLimit {
  private conditions: Array<Condition> = [];

  /** `{"name": …, "buckets": [{"match": […], "maxTokens": …, …}]}`; what is wrong goes to the fields' problems. */
  static read(fields: Fields, attributes: bool): LocalLimit {
    const limit = new LocalLimit();
    const name = fields.requiredString("name");
    const buckets = fields.objects("buckets");
    for (let i = 0; i < buckets.length; i++) {
      const match: Array<AttributeMatch> = [];
      const list = buckets[i].objects("match");
      for (let j = 0; j < list.length; j++) match.push(AttributeMatch.read(list[j], attributes));
      const bucket = Bucket.read(buckets[i], name + "." + i.toString());
      buckets[i].done();
      limit.conditions.push(new Condition(match, bucket));
    }
    fields.done();
    return limit;
  }

  /** Is any of the buckets for the current request? And if so, has it a token? */
  judge(): Judged {
    for (let i = 0; i < this.conditions.length; i++) {
      const condition = this.conditions[i];
      if (!allHold(condition.match, HeaderMapType.HttpRequestHeaders)) continue;
      return condition.bucket.take() ? Judged.Ok : Judged.Limited;
    }
    return Judged.NotAsked;
  }
}

export enum Judged {
  NotAsked,
  Ok,
  Limited,
}
