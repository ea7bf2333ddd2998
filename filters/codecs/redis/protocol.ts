import { Codec, Fields, Peer, Protocol } from "meltemi/assembly";
import { Redis } from "./redis";
import { Settings } from "./settings";

/** What all connections of a use share. */
export class RedisProtocol extends Protocol {
  private settings: Settings = new Settings();

  configure(fields: Fields): void {
    this.settings.read(fields);
  }

  connect(peer: Peer): Codec {
    return new Redis(this.settings, peer);
  }
}
