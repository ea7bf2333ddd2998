import { Slice } from "../../bytes";
import { SessionProtocol } from "../../codec";
import { Fields, Problems } from "../../json";
import { HeaderLimits } from "../headers";
import { Tap } from "../tap";

/** What the control plane says to one use of a session codec. Connections hold on to it; an update changes it in place. */
export class SessionSettings {
  scope: string = "*";
  /** Under which of Istio's reporters requests are counted, as at ../settings. */
  reporter: string = "source";
  headers: HeaderLimits = new HeaderLimits();
  /** HCM's initial_stream_window_size. */
  window: i32 = 1048576;
  readonly tap: Tap = new Tap();

  constructor(readonly protocol: SessionProtocol) {}

  /** Reads a plugin's configuration; what is wrong with it goes to `problems`. */
  read(bytes: Slice, problems: Problems): void {
    const fields = Fields.parse(bytes, problems);
    fields.oneOf("role", "session", ["session"]);
    this.scope = fields.string("scope", "*");
    this.reporter = fields.oneOf("reporter", "source", ["source", "destination"]);
    this.window = <i32>fields.integer("window", 1048576, 1048576, 2147483647);
    const limits = fields.object("limits");
    this.headers.headers = <i32>limits.integer("headers", 1000, 0, 10000);
    this.headers.headerBytes = <i32>limits.integer("headerBytes", 65536, 0, 1048576);
    limits.done();
    this.tap.read(fields.object("tap"), this.scope, fields.has("tap"));
    // As at ../settings: tells a configuration from an equal one that came before.
    fields.integer("serial", 0, 0, 9007199254740991);
    const own = fields.object("codec");
    this.protocol.configure(own);
    own.done();
    fields.done();
  }
}
