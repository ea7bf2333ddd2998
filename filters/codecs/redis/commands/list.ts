import { Slice } from "meltemi/assembly";
import { Access, Command, Is, Split } from "./command";
import { Table } from "./table";

// What redis.io's command reference says of keys and of reading and writing, up to Redis 8.
const table = new Table();

/** What is known of a command of this name; null: nothing. */
export function commandOf(name: Slice): Command | null {
  return table.find(name);
}

function define(access: Access, first: i32, last: i32, step: i32, names: string): Array<Command> {
  const commands: Array<Command> = [];
  const words = names.split(" ");
  for (let i = 0; i < words.length; i++) {
    const command = table.add(words[i]);
    command.access = access;
    command.first = first;
    command.last = last;
    command.step = step;
    commands.push(command);
  }
  return commands;
}

function own(is: Is, access: Access, names: string): void {
  const commands = define(access, 0, 0, 1, names);
  for (let i = 0; i < commands.length; i++) commands[i].is = is;
}

function counted(access: Access, first: i32, numkeys: i32, names: string): void {
  const commands = define(access, first, first, 1, names);
  for (let i = 0; i < commands.length; i++) commands[i].numkeys = numkeys;
}

function blocking(commands: Array<Command>): void {
  for (let i = 0; i < commands.length; i++) commands[i].blocks = true;
}

function split(how: Split, commands: Array<Command>): void {
  for (let i = 0; i < commands.length; i++) commands[i].split = how;
}

// One key.
define(
  Access.Read,
  1,
  1,
  1,
  "get getrange substr strlen getbit bitcount bitpos bitfield_ro ttl pttl expiretime pexpiretime type dump " +
    "llen lindex lrange lpos scard sismember smismember smembers srandmember sscan " +
    "hget hmget hlen hstrlen hkeys hvals hgetall hexists hscan hrandfield httl hpttl hexpiretime hpexpiretime " +
    "zcard zscore zmscore zrange zrangebyscore zrangebylex zrevrange zrevrangebyscore zrevrangebylex zcount zlexcount " +
    "zrank zrevrank zscan zrandmember xlen xrange xrevrange xpending " +
    "geodist geohash geopos georadius_ro georadiusbymember_ro geosearch sort_ro " +
    "vsim vdim vcard vemb vlinks vinfo vgetattr vrandmember vismember",
);
define(
  Access.Write,
  1,
  1,
  1,
  "set setnx setex psetex append incr decr incrby decrby incrbyfloat getset getdel getex setbit setrange bitfield " +
    "expire pexpire expireat pexpireat persist restore restore-asking " +
    "rpush lpush rpushx lpushx lpop rpop linsert lset lrem ltrim sadd srem spop " +
    "hset hsetnx hmset hincrby hincrbyfloat hdel hexpire hpexpire hexpireat hpexpireat hpersist hgetdel hgetex hsetex " +
    "zadd zincrby zrem zremrangebyscore zremrangebyrank zremrangebylex zpopmin zpopmax " +
    "xadd xdel xdelex xackdel xtrim xsetid xack xclaim xautoclaim geoadd pfadd sort georadius georadiusbymember " +
    "vadd vrem vsetattr",
);

// Several keys.
split(Split.Array, define(Access.Read, 1, -1, 1, "mget"));
split(Split.Sum, define(Access.Read, 1, -1, 1, "exists touch"));
split(Split.Sum, define(Access.Write, 1, -1, 1, "del unlink"));
split(Split.Ok, define(Access.Write, 1, -1, 2, "mset"));
define(Access.Write, 1, -1, 2, "msetnx");
define(Access.Read, 1, -1, 1, "sdiff sinter sunion pfcount");
define(Access.Read, 1, 2, 1, "lcs");
define(Access.Write, 1, -1, 1, "pfmerge sdiffstore sinterstore sunionstore");
define(Access.Write, 1, 2, 1, "rename renamenx smove rpoplpush lmove copy zrangestore geosearchstore");
define(Access.Write, 2, -1, 1, "bitop");
blocking(define(Access.Write, 1, 2, 1, "brpoplpush blmove"));
blocking(define(Access.Write, 1, -2, 1, "blpop brpop bzpopmin bzpopmax"));

// As many keys as an argument says.
counted(Access.Read, 2, 1, "sintercard zunion zinter zdiff zintercard");
counted(Access.Write, 2, 1, "lmpop zmpop");
counted(Access.Write, 1, 2, "zunionstore zinterstore zdiffstore");
counted(Access.Write, 3, 2, "eval evalsha fcall blmpop bzmpop");
counted(Access.Read, 3, 2, "eval_ro evalsha_ro fcall_ro");
blocking([commandNamed("blmpop"), commandNamed("bzmpop")]);

function commandNamed(name: string): Command {
  return table.find(Slice.fixed(name))!;
}

// Keys that stand elsewhere.
own(Is.BlockingStream, Access.Read, "xread");
own(Is.BlockingStream, Access.Write, "xreadgroup");
commandNamed("xread").streams = true;
commandNamed("xreadgroup").streams = true;
define(Access.Write, 3, 3, 1, "migrate");
define(Access.Write, 2, 2, 1, "xgroup");
define(Access.Read, 2, 2, 1, "xinfo");
own(Is.Object, Access.Read, "object");
commandNamed("object").first = 2;
commandNamed("object").last = 2;
own(Is.Memory, Access.Read, "memory");

// No keys.
define(Access.Read, 0, 0, 1, "dbsize keys scan randomkey");
define(Access.Write, 0, 0, 1, "flushall flushdb swapdb function");
define(Access.None, 0, 0, 1, "echo command info time lolwut script");
define(
  Access.Admin,
  0,
  0,
  1,
  "acl bgrewriteaof bgsave config debug failover lastsave latency module pfdebug pfselftest replicaof role save shutdown " +
    "slaveof slowlog",
);
define(Access.PubSub, 0, 0, 1, "publish pubsub");
define(Access.PubSub, 1, 1, 1, "spublish");
blocking(define(Access.None, 0, 0, 1, "wait waitaof"));

// What belongs to the connection.
own(Is.Auth, Access.None, "auth");
own(Is.Client, Access.None, "client");
own(Is.Cluster, Access.None, "cluster");
own(Is.Discard, Access.None, "discard");
own(Is.Exec, Access.None, "exec");
own(Is.Hello, Access.None, "hello");
own(Is.Monitor, Access.Admin, "monitor");
own(Is.Multi, Access.None, "multi");
own(Is.Ping, Access.None, "ping");
own(Is.Quit, Access.None, "quit");
own(Is.Refused, Access.Admin, "sync psync replconf asking readonly readwrite");
own(Is.Reset, Access.None, "reset");
own(Is.Select, Access.None, "select");
own(Is.Subscribe, Access.PubSub, "subscribe psubscribe ssubscribe");
own(Is.Unsubscribe, Access.PubSub, "unsubscribe punsubscribe sunsubscribe");
own(Is.Unwatch, Access.None, "unwatch");
own(Is.Watch, Access.Read, "watch");
keysOf("ssubscribe sunsubscribe watch");

function keysOf(names: string): void {
  const words = names.split(" ");
  for (let i = 0; i < words.length; i++) {
    commandNamed(words[i]).first = 1;
    commandNamed(words[i]).last = -1;
  }
}
