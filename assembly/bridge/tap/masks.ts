import { Bytes, lower, Slice } from "../../bytes";

const HIDDEN = Slice.fixed("***");

/** Which attributes are secrets: those whose names have one of these words in them, letter case aside. */
export class Masks {
  private words: Array<Bytes> = [];

  set(words: Array<string>): void {
    this.words = [];
    for (let i = 0; i < words.length; i++) if (words[i] != "") this.words.push(Bytes.of(words[i].toLowerCase()));
  }

  /** What may be shown of an attribute. */
  shown(name: Slice, value: Slice): Slice {
    for (let i = 0; i < this.words.length; i++) if (hasWord(name, unchecked(this.words[i]).view())) return HIDDEN;
    return value;
  }
}

/** @param word in lower case */
function hasWord(name: Slice, word: Slice): bool {
  for (let start = 0; start + word.length <= name.length; start++) {
    let same = 0;
    while (same < word.length && lower(name.at(start + same)) == word.at(same)) same++;
    if (same == word.length) return true;
  }
  return false;
}
