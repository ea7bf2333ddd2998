import { Slice } from "../../bytes";
import { isAttributeHeader, originalName, originalValue } from "../../attributes";
import { Metadata, Mutation } from "../../codec";
import { HeaderList } from "../hpack";
import { AttributeForms } from "./forms";
import { NAMES, TRACE } from "./names";
import { isTraceHeader, TRACESTATE } from "./trace";

const seen: Array<bool> = [];

/**
 * What filters did to a message: `forms` are the headers that its own attributes make, `headers` those that arrived.
 * Of several headers with one name the first stands for the attribute, the others are additions.
 * @param traces also what a tracer did
 */
export function findChanges(
  meta: Metadata,
  forms: AttributeForms,
  headers: HeaderList,
  traces: bool,
  changes: Mutation,
): void {
  changes.clear();
  while (seen.length < forms.length) seen.push(false);
  for (let i = 0; i < forms.length; i++) seen[i] = false;
  const passed = !traces || headers.get(TRACE) != null;
  for (let i = 0; i < headers.length; i++) {
    const name = headers.nameAt(i);
    if (!isAttributeHeader(name) || (passed && isTraceHeader(name))) continue;
    const value = headers.valueAt(i);
    const form = forms.find(name);
    if (form < 0) {
      // Envoy's tracer writes it with nothing in it.
      if (value.length == 0 && name.equals(TRACESTATE)) continue;
      changes.append(spelling(name, headers), value);
      continue;
    }
    const original = meta.nameAt(forms.sourceAt(form));
    if (seen[form]) {
      changes.append(original, value);
      continue;
    }
    seen[form] = true;
    if (!value.equals(forms.valueAt(form))) changes.change(original, value);
  }
  for (let i = 0; i < forms.length; i++) {
    if (!seen[i] && !(passed && isTraceHeader(forms.nameAt(i)))) changes.remove(meta.nameAt(forms.sourceAt(i)));
  }
}

/** An added attribute's name as who added it spells it: filters say so in a header of their own. */
function spelling(header: Slice, headers: HeaderList): Slice {
  const name = originalName(header);
  for (let i = 0; i < headers.length; i++) {
    if (!headers.nameAt(i).equals(NAMES)) continue;
    const found = inList(name, headers.valueAt(i));
    if (found != null) return found;
  }
  return name;
}

/** The entry of a comma-separated list that is this name but for its letters' case; values of the list are escaped. */
function inList(name: Slice, list: Slice): Slice | null {
  let start = 0;
  for (let i = 0; i <= list.length; i++) {
    if (i < list.length && list.at(i) != 0x2c) continue;
    let from = start;
    let to = i;
    while (from < to && list.at(from) == 0x20) from++;
    while (to > from && list.at(to - 1) == 0x20) to--;
    const entry = Slice.view(list.ptr + <usize>from, to - from);
    if (entry.equalsIgnoreCase(name)) return entry;
    const plain = originalValue(entry);
    if (plain.equalsIgnoreCase(name)) return plain;
    start = i + 1;
  }
  return null;
}
