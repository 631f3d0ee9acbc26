import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { defaultRng } from "../../lab/core/random.ts";
import { build, openDashboard } from "./built.ts";

await build();

/** What a server must not say. */
const secrets = /\.tsx?:\d|\n\s+at |file:\/\/|node_modules|\/tmp\/|TypeError|RangeError/;

Deno.test("a malformed host is refused with the usual headers", async () => {
  await using dashboard = await openDashboard({ empty: true });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    dashboard.app.handler,
  );
  const ask = async (lines: string[]) => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.addr.port });
    const request = [...lines, "Connection: close", "", ""].join("\r\n");
    await connection.write(new TextEncoder().encode(request));
    return await new Response(connection.readable).text();
  };
  for (const host of ["a b", "[::1", "127.0.0.1:99999", "%", "127.0.0.1:x", "<b>"]) {
    const answer = await ask(["GET / HTTP/1.1", `Host: ${host}`]);
    match(answer, /^HTTP\/1\.1 400 /, host);
    match(answer, /content-security-policy: default-src 'none'/i, host);
    match(answer, /x-content-type-options: nosniff/i, host);
    ok(!secrets.test(answer), answer);
  }
  match(await ask(["GET / HTTP/1.1", "Host: rebound.example"]), /^HTTP\/1\.1 403 /);
  match(await ask(["GET / HTTP/1.1", "Host: localhost"]), /^HTTP\/1\.1 200 /);
  await server.shutdown();
});

Deno.test("errors name no path of the server", async () => {
  await using dashboard = await openDashboard({ empty: true });
  const request = new Request("http://127.0.0.1/runs/latest");
  const response = await dashboard.app.handler(request);
  strictEqual(response.status, 404);
  const text = await response.text();
  match(text, /there is none yet/);
  ok(!text.includes(dashboard.folder), text);
});

const pieces = {
  paths: [
    ..."/ /runs /runs/ /runs/latest /compare /artifacts/x /texts/x /assets/client.js /api/live"
      .split(" "),
    ..."/api/series /api/comparison /api/policy //evil /..%2f..%2fetc%2fpasswd /%00".split(" "),
    ..."/runs/%E0%A4%A /runs/<script> /assets/..%5c /artifacts/%2e%2e/lab.db /runs/%ff".split(" "),
    `/runs/${"x".repeat(3000)}`,
    "/runs/__proto__",
    "/assets/constructor",
  ],
  keys: "run name axis points smoothing metric filter after kind __proto__ filter[]".split(" "),
  values: [
    ..."ID latest NaN Infinity -1 1e999 0 2 5000 0.5 null undefined [] {} iterations".split(" "),
    ..."final constructor toString ' OR 1=1 -- %00 evaluation/return_mean losses/kl".split(" "),
    ...["", "\0", "\x1b[2J", "<script>alert(1)</script>", "\ud800", '"', "x".repeat(2000)],
  ],
  methods: ["GET", "GET", "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND"],
  headers: [
    ["last-event-id", "NaN"],
    ["last-event-id", "1e999"],
    ["range", "bytes=0-"],
    ["accept", "application/json"],
    ["content-type", "multipart/form-data"],
    ["if-none-match", "*"],
    ["x-forwarded-host", "evil"],
  ],
};

Deno.test("500 hostile requests get no 500, no stack, no path and no script", async () => {
  await using dashboard = await openDashboard();
  const ids = Object.values(dashboard.runs);
  const random = defaultRng(500);
  const any = <T>(list: readonly T[]): T => list[random.integers(list.length)];
  const encoded = (text: string) => random.random() < 0.5 ? encodeURIComponent(text) : text;
  const problems: string[] = [];
  const said: string[] = [];
  const error = console.error;
  console.error = (...args) => said.push(args.join(" "));
  try {
    for (let i = 0; i < 500; i++) {
      const query = Array.from({ length: random.integers(5) }, () => {
        const value = any(pieces.values).replace("ID", any(ids)).toWellFormed();
        return `${any(pieces.keys)}=${encoded(value)}`;
      });
      const path = random.random() < 0.2 ? `/runs/${any(ids)}` : any(pieces.paths);
      const method = any(pieces.methods);
      const body = ["POST", "PUT", "PATCH"].includes(method) ? any(pieces.values) : undefined;
      const leaving = new AbortController();
      const request = new Request(`http://127.0.0.1${path}?${query.join("&")}`, {
        ...{ method, body, signal: leaving.signal },
        headers: random.random() < 0.3 ? [any(pieces.headers) as [string, string]] : [],
      });
      const response = await dashboard.app.handler(request);
      const { headers, status } = response;
      const live = headers.get("content-type") === "text/event-stream";
      const text = live ? (await response.body?.cancel(), "") : await response.text();
      const asset = path.startsWith("/assets/") && status === 200;
      const wrong = status >= 500 || headers.get("x-content-type-options") !== "nosniff" ||
        !asset && (secrets.test(text) || text.includes(dashboard.folder)) ||
        text.includes("<script>alert");
      if (wrong) problems.push(`${method} ${request.url}: ${status} ${text.slice(0, 300)}`);
    }
  } finally {
    console.error = error;
  }
  deepStrictEqual(problems.slice(0, 10), []);
  strictEqual(said.join("\n"), "");
});
