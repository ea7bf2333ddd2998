import { Slice } from "../../bytes";
import { getProperty } from "../../hostcalls";
import { plain } from "./plain";

const MOST_BYTES: i32 = 60;

// As Istio's own bootstrap has them, and ours: https://istio.io/latest/docs/reference/config/metrics/
const WORKLOAD = Slice.fixed("xds\0node\0metadata\0WORKLOAD_NAME");
const APP = Slice.fixed("xds\0node\0metadata\0LABELS\0app");
const VERSION = Slice.fixed("xds\0node\0metadata\0LABELS\0version");

// A node stays what it is.
let labels: string = "";

/**
 * Labels of who calls: the workload that this proxy stands beside, as its node's metadata says. Read once in a VM, in a
 * callback of a root.
 * @param reporter beside the application, where it is `destination`, nothing says who calls
 */
export function sourceLabels(reporter: string): string {
  if (reporter != "source") return labelsOf("unknown", "unknown", "unknown");
  if (labels.length == 0) labels = labelsOf(said(WORKLOAD), said(APP), said(VERSION));
  return labels;
}

function labelsOf(workload: string, app: string, version: string): string {
  return ";source_workload=" + workload + ";source_app=" + app + ";source_version=" + version;
}

function said(path: Slice): string {
  const value = getProperty(path);
  if (value == null || value.length == 0) return "unknown";
  const name = plain(value);
  return name.length > MOST_BYTES ? name.substring(0, MOST_BYTES) : name;
}
