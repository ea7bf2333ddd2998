import {
  Bytes,
  Counter,
  Fields,
  FilterHeadersStatus,
  Gauge,
  HeaderMapType,
  HttpContext,
  log,
  LogLevel,
  Problems,
  registerRootContext,
  RootContext,
  watchMemory,
} from "meltemi/assembly";
import { Plan } from "./plan";
import { RoutePlans } from "./route-plans";

class HeaderMutationRoot extends RootContext {
  plans: RoutePlans = new RoutePlans(true, new Plan());
  mutations: Counter = Counter.define("meltemi.header-mutation.mutations");
  memoryBytes: Gauge = Gauge.define("meltemi.header-mutation.memory_bytes");

  onConfigure(size: i32): bool {
    const problems = new Problems();
    const fields = Fields.parse(this.configuration(size), problems);
    const attributes = fields.boolean("attributes", true);
    this.plans = new RoutePlans(attributes, Plan.read(fields, attributes));
    if (!problems.none) log(LogLevel.Error, "header-mutation: " + problems.toString());
    return problems.none;
  }

  createHttpContext(id: i32): HttpContext {
    watchMemory(this.memoryBytes);
    return new HeaderMutation(id, this);
  }
}

class HeaderMutation extends HttpContext {
  private plan: Plan | null = null;
  /** What the response's changes want of the request. */
  private kept: Array<Bytes | null> = [];

  constructor(
    id: i32,
    private root: HeaderMutationRoot,
  ) {
    super(id);
  }

  onRequestHeaders(count: i32, endOfStream: bool): FilterHeadersStatus {
    const plan = this.root.plans.current();
    this.plan = plan;
    this.kept = plan.keep();
    this.apply(plan, HeaderMapType.HttpRequestHeaders);
    return FilterHeadersStatus.Continue;
  }

  onResponseHeaders(count: i32, endOfStream: bool): FilterHeadersStatus {
    // The plan is the one that was in force when the request came, though the routes may have changed since.
    const plan = this.plan;
    this.apply(plan == null ? this.root.plans.current() : plan, HeaderMapType.HttpResponseHeaders);
    return FilterHeadersStatus.Continue;
  }

  private apply(plan: Plan, map: HeaderMapType): void {
    if (plan.apply(map, this.kept)) this.root.mutations.increment();
  }
}

registerRootContext((id: i32): RootContext => new HeaderMutationRoot(id));

export * from "meltemi/assembly/proxy";
