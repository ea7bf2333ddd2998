/** The labels of what codecs count of calls (assembly/bridge/calls): each is `;label=value` in a metric's name. */
const CALL_LABELS = [
  "reporter",
  "source_workload",
  "source_app",
  "source_version",
  "destination_service",
  "destination_version",
  "request_protocol",
  "request_operation",
  "response_code",
  "response_outcome",
];

/** What makes labels of them for Prometheus. */
export const STATS_TAGS = CALL_LABELS.map((label) => ({ tag_name: label, regex: `(;${label}=([^;]*))` }));
