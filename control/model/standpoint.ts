/** Where a proxy stands, as its bootstrap says it: by that endpoints are near to it or far. */
export interface Standpoint {
  /** `region/zone/subzone`, or its beginning; empty: nobody knows. */
  readonly locality: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Of proxies that say nothing of it. */
export const NOWHERE: Standpoint = { locality: "", labels: {} };
