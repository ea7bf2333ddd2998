export { HpackDecoder } from "./decoder";
export { writeIndexed, writeInteger, writeLiteral, writeNamed, writeString } from "./encoder";
export { HeaderList } from "./header-list";
export { IndexedEncoder } from "./indexed-encoder";
export { huffmanDecode } from "./huffman";
export { staticName, staticValue } from "./static-table";
