import { Codec, Fields, Peer, Protocol } from "meltemi/assembly";
import { Dubbo } from "./dubbo";
import { Settings } from "./settings";

/** Dubbo 2 with its settings. */
export class DubboProtocol extends Protocol {
  private settings: Settings = new Settings();

  configure(fields: Fields): void {
    this.settings.readOnlyEvent = fields.boolean("readOnlyEvent", true);
  }

  connect(peer: Peer): Codec {
    return new Dubbo(this.settings);
  }
}
