import { Bytes, Fields, Slice } from "meltemi/assembly";

const DEFAULT = Bytes.of("default");

/** Who may use the proxy, with which password. */
export class Users {
  private names: Array<Bytes> = [];
  private passwords: Array<Bytes> = [];

  /** Nobody has to say who they are. */
  get open(): bool {
    return this.names.length == 0;
  }

  /** `password` is that of the user `default`, as Redis' `requirepass`. */
  read(fields: Fields): void {
    this.names = [];
    this.passwords = [];
    const password = fields.string("password", "");
    if (password != "") this.add("default", password);
    const list = fields.objects("users");
    for (let i = 0; i < list.length; i++) {
      this.add(list[i].requiredString("name"), list[i].requiredString("password"));
      list[i].done();
    }
    fields.done();
  }

  /** Every user's name and password are compared, byte by byte: how long it takes says nothing of them. */
  admits(name: Slice, password: Slice): bool {
    let found = 0;
    for (let i = 0; i < this.names.length; i++) {
      found |= same(this.names[i].view(), name) & same(this.passwords[i].view(), password);
    }
    return found != 0;
  }

  private add(name: string, password: string): void {
    this.names.push(Bytes.of(name));
    this.passwords.push(Bytes.of(password));
  }
}

/** The name of who gives only a password. */
export function defaultUser(): Slice {
  return DEFAULT.view();
}

/** 1 where both are equal; the time depends on `given` alone. */
function same(secret: Slice, given: Slice): i32 {
  let difference = secret.length ^ given.length;
  for (let i = 0; i < given.length; i++) {
    const other = secret.length > 0 ? secret.at(i % secret.length) : 0;
    difference |= <i32>(given.at(i) ^ other);
  }
  return difference == 0 ? 1 : 0;
}
