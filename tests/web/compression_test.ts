/** Which responses go in fewer bytes, and that each reader gets what it can read. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { compressed } from "../../web/compression.ts";

const long = "a line of a file\n".repeat(200);

async function sent(
  accepted: string | undefined,
  { type = "text/css", url = "http://127.0.0.1/a", cache = "", text = long, status = 200 } = {},
) {
  const headers = new Headers({ "content-type": type, "x-own": "1" });
  if (cache !== "") headers.set("cache-control", cache);
  const request = new Request(
    url,
    accepted === undefined ? {} : {
      headers: { "accept-encoding": accepted },
    },
  );
  const response = await compressed(request, new Response(text, { headers, status }));
  const bytes = new Uint8Array(await response.arrayBuffer());
  const encoding = response.headers.get("content-encoding");
  const open = { br: brotliDecompressSync, gzip: gunzipSync }[encoding ?? ""];
  strictEqual(new TextDecoder().decode(open?.(bytes) ?? bytes), text);
  strictEqual(response.headers.get("x-own"), "1");
  strictEqual(response.status, status);
  if (encoding !== null) ok(bytes.length < text.length / 2);
  return { encoding, vary: response.headers.get("vary") };
}

Deno.test("a text goes by the best coding that its reader takes", async () => {
  const codings = [
    ...[["br", "br"], ["gzip", "gzip"], ["gzip, br", "br"], ["br;q=0, gzip;q=0.5", "gzip"]],
    ...[["gzip;q=0.0", null], ["deflate", null], [undefined, null], ["br;q=1.0", "br"]],
  ] as const;
  for (
    const type of ["text/css", "text/html; charset=utf-8", "application/json", "image/svg+xml"]
  ) {
    for (const [accepted, encoding] of codings) {
      deepStrictEqual(
        [type, accepted, await sent(accepted, { type, status: 404 })],
        [type, accepted, { encoding, vary: "accept-encoding" }],
      );
    }
  }
  for (const type of ["image/png", "text/event-stream", "application/octet-stream"]) {
    deepStrictEqual([type, await sent("br", { type })], [type, { encoding: null, vary: null }]);
  }
  const short = "x".repeat(999);
  strictEqual((await sent("br", { text: short })).encoding, null);
  strictEqual((await sent("br", { text: short + "x" })).encoding, "br");
});

Deno.test("what stays is kept by address and coding, what passes is made anew", async () => {
  const cache = "public, max-age=1, immutable";
  for (const url of ["http://127.0.0.1/kept/1", "http://127.0.0.1/kept/2"]) {
    for (const accepted of ["br", "gzip", "br", "gzip"]) {
      const text = `${url}\n${long}`;
      strictEqual((await sent(accepted, { url, cache, text })).encoding, accepted);
    }
  }
  for (const line of ["one\n", "two\n"]) {
    const url = "http://127.0.0.1/passing";
    strictEqual((await sent("br", { url, text: line.repeat(500) })).encoding, "br");
  }
});

Deno.test("what is kept does not grow: a query makes no other file, and the last files alone stay", async () => {
  const cache = "public, max-age=1, immutable";
  const url = (n: number) => `http://127.0.0.1/many/${n}`;
  const [first, second] = [`first\n${long}`, `second\n${long}`];
  const get = async (address: string, text: string) => {
    const request = new Request(address, { headers: { "accept-encoding": "gzip" } });
    const headers = { "content-type": "text/plain", "cache-control": cache };
    const { body } = await compressed(request, new Response(text, { headers }));
    return gunzipSync(await new Response(body).bytes()).toString();
  };
  strictEqual(await get(url(0), first), first);
  strictEqual(await get(`${url(0)}?n=1`, second), first);
  for (let n = 1; n <= 200; n++) await get(url(n), long);
  strictEqual(await get(url(0), second), second);
});
