import { create } from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Cluster, ClusterSchema } from "../../xds/gen/envoy/config/cluster/v3/cluster_pb.js";
import { TypeUrl } from "../../xds/index.js";
import { diff } from "./diff.js";
import { resourceOf, Snapshot } from "./snapshot.js";

/** A snapshot with one cluster for each name; the text stands for its content. */
function clusters(contents: Record<string, string>): Snapshot {
  return new Snapshot(
    Object.entries(contents).map(([name, text]) => resourceOf(ClusterSchema, name, cluster(name, text))),
  );
}

function cluster(name: string, altStatName: string): Cluster {
  return create(ClusterSchema, { name, altStatName });
}

const contents = fc.dictionary(fc.constantFrom("a", "b", "c", "d"), fc.constantFrom("1", "2", "3"), {
  noNullPrototype: true,
});

test("versions are equal exactly where contents are", () => {
  fc.assert(
    fc.property(contents, contents, (left, right) => {
      const same = JSON.stringify(Object.entries(left).sort()) === JSON.stringify(Object.entries(right).sort());
      const versions = [left, right].map((each) => clusters(each).ofType(TypeUrl.Cluster).version);
      expect(versions[0] === versions[1]).toBe(same);
    }),
  );
});

test("a difference leads from the one snapshot to the other", () => {
  fc.assert(
    fc.property(contents, contents, (before, after) => {
      const change = diff(clusters(before), clusters(after)).get(TypeUrl.Cluster);
      const result: Record<string, string> = { ...before };
      for (const name of change?.removed ?? []) delete result[name];
      for (const name of [...(change?.added ?? []), ...(change?.changed ?? [])]) {
        expect(result[name]).not.toBe(after[name]);
        result[name] = after[name] ?? "";
      }
      expect(result).toEqual(after);
    }),
  );
});

test("every type is there, and two resources of one name are refused", () => {
  expect([...Snapshot.empty.types.keys()].sort()).toEqual(Object.values(TypeUrl).sort());
  const one = resourceOf(ClusterSchema, "a", cluster("a", ""));
  expect(() => new Snapshot([one, one])).toThrow(/named a$/);
});
