import type { PluginIdentity } from "../context.js";
import type { PropertyNamespace, PropertyValue } from "../property-value.js";
import type { PropertySource } from "../types.js";

/** The names that Envoy keeps at the top for every context. */
export function pluginProperty(plugin: PluginIdentity, name: string): PropertyValue | undefined {
  if (name === "plugin_name") return plugin.name;
  if (name === "plugin_root_id") return plugin.rootId;
  if (name === "plugin_vm_id") return plugin.vmId;
  return undefined;
}

/** `xds`: what the stream knows, then what the plugin's place knows, then what the process knows (`xds.node`). */
export function xdsNamespace(sources: readonly (PropertySource | undefined)[]): PropertyNamespace {
  return {
    kind: "namespace",
    get(key) {
      for (const source of sources) {
        const found = inNamespace(source?.property("xds"), key);
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };
}

/** What a value has under a key, where it has any. */
export function inNamespace(value: PropertyValue | undefined, key: string): PropertyValue | undefined {
  if (typeof value !== "object" || value === null || !("kind" in value)) return undefined;
  return value.get(key);
}
