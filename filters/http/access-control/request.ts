import { FilterHeadersStatus, HttpContext, sendLocalResponse, Slice } from "meltemi/assembly";
import { asked } from "./asked";
import { Metrics } from "./metrics";
import { RoutePlans } from "./route-plans";

const FORBIDDEN: u32 = 403;
/** `%RESPONSE_CODE_DETAILS%` in access logs: begins as that of Envoy's own RBAC filter. */
const DETAILS = Slice.fixed("rbac_access_denied_matched_policy[");
const BODY = Slice.fixed("access denied");

/** One request, judged by its headers and by who sent it. */
export class AccessRequest extends HttpContext {
  constructor(
    id: i32,
    private metrics: Metrics,
    private plans: RoutePlans,
  ) {
    super(id);
  }

  onRequestHeaders(count: i32, endOfStream: bool): FilterHeadersStatus {
    const plan = this.plans.current();
    const metrics = this.metrics;
    asked.begin(this.plans.attributes);
    const refuser = plan.refuser();
    if (refuser == null) {
      metrics.allowed.increment();
      if (plan.shadows) {
        if (plan.shadowRefuses()) metrics.shadowDenied.increment();
        else metrics.shadowAllowed.increment();
      }
      return FilterHeadersStatus.Continue;
    }
    metrics.denied.increment();
    sendLocalResponse(FORBIDDEN, asked.words(DETAILS, refuser), BODY, Slice.empty());
    return FilterHeadersStatus.StopIteration;
  }
}
