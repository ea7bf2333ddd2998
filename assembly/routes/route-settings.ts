import { LogLevel } from "../abi";
import { Bytes, Slice } from "../bytes";
import { Counter, getProperty, log } from "../hostcalls";
import { Problems } from "../json";

const MOST_KEPT = 256;

/** A route's JSON as it was read, with what it became. */
class Known<T> {
  constructor(
    readonly bytes: Bytes,
    readonly settings: T,
  ) {}
}

/**
 * What routes say to a filter. A route whose settings cannot be read has those of `none`: it is logged, and counted in
 * `meltemi.<filter>.bad_configurations`.
 */
export abstract class RouteSettings<T> {
  private known: Array<Known<T>> = [];
  private path: Bytes;
  private bad: Counter;

  /**
   * @param filter the filter's name, as it stands in metrics and after `meltemi.` in metadata
   * @param own what holds where a route says nothing: the plugin's own configuration
   */
  constructor(
    private filter: string,
    private own: T,
  ) {
    this.path = Bytes.of("xds\0route_metadata\0filter_metadata\0meltemi." + filter + "\0config");
    this.bad = Counter.define("meltemi." + filter + ".bad_configurations");
  }

  /** What JSON means; what is wrong with it goes to `problems`. */
  protected abstract parse(json: Slice, problems: Problems): T;

  /** What holds where a route's settings cannot be read. */
  protected abstract none(): T;

  /** What the current request's route says, else what the plugin's own configuration says; in a callback of the request. */
  current(): T {
    const json = getProperty(this.path.view());
    return json == null ? this.own : this.of(json);
  }

  private of(json: Slice): T {
    for (let i = 0; i < this.known.length; i++) {
      const known = this.known[i];
      if (known.bytes.view().equals(json)) return known.settings;
    }
    const problems = new Problems();
    let settings = this.parse(json, problems);
    if (!problems.none) {
      this.bad.increment();
      log(LogLevel.Error, this.filter + ": route metadata: " + problems.toString());
      settings = this.none();
    }
    if (this.known.length == MOST_KEPT) this.known.shift();
    this.known.push(new Known<T>(Bytes.copyOf(json), settings));
    return settings;
  }
}
