// What the index.ts of a session codec's module ends with: `export * from "meltemi/assembly/session"`.
export * from "./proxy";

/** By this export a control plane knows that the module's protocol takes the session lane. */
export function meltemi_lane_session(): void {}
