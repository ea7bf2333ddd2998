import type { MessageInitShape } from "@bufbuild/protobuf";
import { HeaderValueOption_HeaderAppendAction as Append } from "../../../xds/gen/envoy/config/core/v3/base_pb.js";
import type { RouteSchema } from "../../../xds/gen/envoy/config/route/v3/route_components_pb.js";
import { ENDPOINT_METADATA, FLOW_HEADERS, SESSION_HEADERS, VERSION_HEADER } from "../names.js";

/** What routes and virtual hosts have alike. */
type Says = Required<Pick<MessageInitShape<typeof RouteSchema>, "responseHeadersToAdd">>;

const BACKEND = says(SESSION_HEADERS.backend, "%UPSTREAM_HOST%");

const VERSION = says(VERSION_HEADER, `%UPSTREAM_METADATA(${ENDPOINT_METADATA}:version)%`);

/** What every answer tells the codec: which backend it is from, for who watches; the backend's version, where it has one. */
export function sayOfAnswers(about: { readonly backend: boolean; readonly version: boolean }): Partial<Says> {
  const said = [...(about.backend ? [BACKEND] : []), ...(about.version ? [VERSION] : [])];
  return said.length === 0 ? {} : { responseHeadersToAdd: said };
}

/** The answer to each session's opening tells the codec where the session went; and the backend's version, where it has one. */
export function sayWhere(about: { readonly version: boolean }): Says {
  const version = about.version ? [VERSION] : [];
  return { responseHeadersToAdd: [says(SESSION_HEADERS.cluster, "%UPSTREAM_CLUSTER%"), BACKEND, ...version] };
}

/** By this the codec sees which rules a flow went by, and to which backend. */
export function sayRevision(revision: string): Says {
  return { responseHeadersToAdd: [says(FLOW_HEADERS.revision, revision), BACKEND] };
}

function says(key: string, value: string) {
  return { header: { key, value }, appendAction: Append.OVERWRITE_IF_EXISTS_OR_ADD };
}
