import type { Place, RedisAuthSpec, Rules } from "../../source/index.js";
import type { Problems } from "../problems.js";

/** A name and a password; no name is Redis' user `default`. */
export interface Credentials {
  readonly username?: string;
  readonly password: string;
}

/** A rule that has credentials in it. */
interface Rule {
  readonly namespace: string;
  at(path: readonly PropertyKey[]): Place;
}

/** Where Aeraki looks for the password if the rule does not say it. */
const PASSWORD_FIELDS = ["password", "token"];

/** What a rule's `auth` says, the Secret that it names looked up; nothing where that is not there, which is an error. */
export function credentialsOf(
  rule: Rule,
  { plain, secret }: RedisAuthSpec,
  path: readonly PropertyKey[],
  secrets: Rules["secrets"],
  problems: Problems,
): Credentials | undefined {
  if (plain !== undefined) return credentials(plain.username, plain.password);
  if (secret === undefined) return undefined;
  const at = [...path, "secret"];
  const found = secrets.find(({ name, namespace }) => name === secret.name && namespace === rule.namespace);
  if (found === undefined) {
    const wanted = `${rule.namespace}/${secret.name}`;
    const message = `there is no Secret ${wanted} in the rules' files, and Meltemi asks no Kubernetes: put it there, or use plain`;
    problems.error(rule, [...at, "name"], message);
    return undefined;
  }
  const read = (field: string): string | undefined => {
    const data = found.spec.data?.[field];
    return (found.spec.stringData?.[field] ?? (data && Buffer.from(data, "base64").toString()))?.trim();
  };
  const fields = secret.passwordField === undefined ? PASSWORD_FIELDS : [secret.passwordField];
  const password = fields.map(read).find((value) => value);
  if (password === undefined) {
    const message = `Secret ${found.namespace}/${found.name} has nothing for ${fields.join(" or ")}`;
    problems.error(rule, [...at, secret.passwordField === undefined ? "name" : "passwordField"], message);
    return undefined;
  }
  const username = secret.usernameField === undefined ? undefined : read(secret.usernameField);
  if (secret.usernameField !== undefined && !username) {
    const message = `Secret ${found.namespace}/${found.name} has nothing for ${secret.usernameField}`;
    problems.error(rule, [...at, "usernameField"], message);
  }
  return credentials(username, password);
}

function credentials(username: string | undefined, password: string): Credentials {
  return username ? { username, password } : { password };
}
