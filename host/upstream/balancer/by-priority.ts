import type { LiveEndpoint, PrioritySet } from "../endpoints/index.js";
import type { LoadBalancerContext } from "../types.js";
import type { Balancer, LevelBalancer } from "./types.js";

/** First the priority, by chance in proportion to what each takes, or by the request's hash; then one of its endpoints. */
export class ByPriority implements Balancer {
  private hosts: PrioritySet | undefined;
  private levels: readonly LevelBalancer[] = [];

  /** @param byHash requests of one hash stay with one priority, as far as its share reaches */
  constructor(
    private readonly make: () => LevelBalancer,
    private readonly byHash = false,
  ) {}

  update(hosts: PrioritySet): void {
    this.hosts = hosts;
    this.levels = hosts.levels.map((_, priority) => this.levels[priority] ?? this.make());
    hosts.levels.forEach((level, priority) => {
      this.levels[priority]?.update(level);
    });
  }

  pick(context: LoadBalancerContext): LiveEndpoint | undefined {
    const priority = this.levels.length === 1 ? 0 : (this.hosts?.priorityAt(this.draw(context)) ?? 0);
    return this.levels[priority]?.pick(context);
  }

  private draw({ hash }: LoadBalancerContext): number {
    return this.byHash && hash !== undefined ? Number(hash % 100n) : Math.floor(Math.random() * 100);
  }
}
