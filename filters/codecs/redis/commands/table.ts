import { lower, Slice } from "meltemi/assembly";
import { Command } from "./command";

const SLOTS: u32 = 2048;
const MAX_NAME: i32 = 32;

/** Commands by their name, whatever its case: a hash table that makes no garbage. */
export class Table {
  private slots: StaticArray<Command | null> = new StaticArray<Command | null>(SLOTS);

  add(name: string): Command {
    const command = new Command(Slice.fixed(name));
    let slot = hashOf(command.name);
    while (this.slots[slot] != null) slot = (slot + 1) & (SLOTS - 1);
    this.slots[slot] = command;
    return command;
  }

  find(name: Slice): Command | null {
    if (name.length == 0 || name.length > MAX_NAME) return null;
    let slot = hashOf(name);
    while (true) {
      const command = unchecked(this.slots[slot]);
      if (command == null || command.name.equalsIgnoreCase(name)) return command;
      slot = (slot + 1) & (SLOTS - 1);
    }
  }
}

/** FNV-1a of the name in lower case. */
function hashOf(name: Slice): u32 {
  let hash: u32 = 2166136261;
  for (let i = 0; i < name.length; i++) hash = (hash ^ (<u32>lower(name.at(i)))) * 16777619;
  return (hash ^ (hash >> 15)) & (SLOTS - 1);
}
