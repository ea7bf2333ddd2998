import type { Speaker } from "../speaker.js";

const END = "\r\n\r\n";
const LENGTH = /\r\ncontent-length: (\d+)/i;

/** HTTP/1.1, a GET with the headers of a browser's smaller requests. */
export function speak(): Speaker {
  const request = Buffer.from(
    [
      "GET /items/17?page=2 HTTP/1.1",
      "host: bench.test",
      "user-agent: bench",
      "accept: application/json",
      "x-user: jason",
      "x-debug: 1",
      "",
      "",
    ].join("\r\n"),
  );
  let rest = "";
  return {
    opening: () => Buffer.alloc(0),
    request: () => request,
    answers(chunk) {
      rest += chunk.toString("latin1");
      let count = 0;
      for (let end = rest.indexOf(END); end >= 0; end = rest.indexOf(END)) {
        const head = rest.slice(0, end);
        // All proxies do what the filter says, or the figures would not be of the same work.
        if (!head.startsWith("HTTP/1.1 200")) throw new Error(`answered ${head.slice(0, 40)}`);
        const whole = end + END.length + Number(LENGTH.exec(head)?.[1] ?? 0);
        if (rest.length < whole) break;
        rest = rest.slice(whole);
        count++;
      }
      return count;
    },
  };
}
