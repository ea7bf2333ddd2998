import { Bytes, Fields, Slice, Writer } from "meltemi/assembly";
import { attributeValue } from "meltemi/assembly/attributes";
import { Source } from "./source";
import { Wanted } from "./wanted";

const PERCENT = "%";
const OPERATORS = "%REQ(name)%, %RESP(name)% in responses, %PEER%, %ROUTE_NAME%, %SERVICE%, %OPERATION% or %%";

/** A piece of a template: text, what is read when it is wanted, or what was kept of the request. */
class Piece {
  constructor(
    readonly text: Bytes,
    readonly source: Source | null,
    /** Among what was kept; -1: not there. */
    readonly place: i32,
  ) {}
}

const out = new Writer();

/** Text with operators in the manner of Envoy's access logs; what is not there stands for nothing. */
export class Template {
  private pieces: Array<Piece> = [];

  private constructor(private attributes: bool) {}

  /** Text as it is. */
  static plain(text: string): Template {
    const template = new Template(false);
    template.pieces.push(new Piece(Bytes.of(text), null, -1));
    return template;
  }

  /**
   * The template in a field; what is wrong goes to the fields' problems.
   * @param wanted for a response's template, what it wants of the request; null: it is a request's
   */
  static read(fields: Fields, name: string, attributes: bool, wanted: Wanted | null): Template {
    const text = fields.requiredString(name);
    const template = new Template(attributes);
    let at = 0;
    while (at < text.length) {
      const start = text.indexOf(PERCENT, at);
      const before = text.substring(at, start < 0 ? text.length : start);
      if (before != "") template.pieces.push(new Piece(Bytes.of(before), null, -1));
      if (start < 0) break;
      const end = text.indexOf(PERCENT, start + 1);
      if (end < 0 || !template.operator(text.substring(start + 1, end), wanted)) {
        const found = text.substring(start, end < 0 ? text.length : end + 1);
        fields.problems.list.push(fields.path + "." + name + ": expected " + OPERATORS + ', found "' + found + '"');
        break;
      }
      at = end + 1;
    }
    return template;
  }

  /** The value for a header; good until the callback returns, or the next is made. */
  render(kept: Array<Bytes | null>): Slice {
    out.reset();
    for (let i = 0; i < this.pieces.length; i++) {
      const piece = this.pieces[i];
      const value = valueOf(piece, kept);
      if (value != null) out.bytes(value);
    }
    return this.attributes ? attributeValue(out.view()) : out.view();
  }

  /** False: there is no such operator here. */
  private operator(operator: string, wanted: Wanted | null): bool {
    if (operator == "") {
      this.pieces.push(new Piece(Bytes.of(PERCENT), null, -1));
      return true;
    }
    const source = Source.of(operator, this.attributes);
    if (source == null || (source.isOfResponse && wanted == null)) return false;
    const place = wanted != null && source.isOfRequest ? wanted.add(source) : -1;
    this.pieces.push(new Piece(Bytes.of(""), source, place));
    return true;
  }
}

function valueOf(piece: Piece, kept: Array<Bytes | null>): Slice | null {
  const source = piece.source;
  if (source == null) return piece.text.view();
  if (piece.place < 0) return source.read();
  const value = piece.place < kept.length ? kept[piece.place] : null;
  return value != null ? value.view() : null;
}
