import { Codec, Peer, Protocol } from "meltemi/assembly";
import { registerProtocol } from "meltemi/assembly/bridge";
import { Lined } from "./lined";

class LinedProtocol extends Protocol {
  connect(peer: Peer): Codec {
    return new Lined();
  }
}

registerProtocol("lined", (): Protocol => new LinedProtocol());

export * from "meltemi/assembly/proxy";
