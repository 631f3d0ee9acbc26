/**
 * Responses in fewer bytes: Brotli, or gzip for who knows that alone.
 *
 * @module
 */
import { Duplex } from "node:stream";
import { promisify } from "node:util";
import * as zlib from "node:zlib";
import { RecentlyUsed } from "../lab/core/recently_used.ts";

/** Bytes below which it is not worth it. */
const LEAST = 1000;
/** Of Brotli, 0 … 11: fast for what is made for one reader, small for what is kept. */
export const QUALITY = { passing: 4, kept: 9 };

const textual = /^(text\/(?!event-stream)|application\/json|image\/svg)/;
/** What a page's parts are sent by as they come, each as soon as it is there. */
const passing = {
  br: () =>
    zlib.createBrotliCompress({
      params: { [zlib.constants.BROTLI_PARAM_QUALITY]: QUALITY.passing },
      flush: zlib.constants.BROTLI_OPERATION_FLUSH,
    }),
  gzip: () => zlib.createGzip({ level: QUALITY.passing, flush: zlib.constants.Z_SYNC_FLUSH }),
};
const brotli = promisify(zlib.brotliCompress);
const gzip = promisify(zlib.gzip);

/** Bytes by Brotli of a quality from 0 to 11. */
export async function brotliOf(
  plain: Uint8Array,
  quality: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const params = { [zlib.constants.BROTLI_PARAM_QUALITY]: quality };
  return new Uint8Array(await brotli(plain, { params }));
}

/** Files that are kept for the next reader: what pages are made of, and some texts. */
const KEPT = 200;
/** Files that never change under their name, by encoding and path: no query makes another file of them. */
const kept = new RecentlyUsed<Uint8Array<ArrayBuffer>>(KEPT);

/** The encoding that a request's `accept-encoding` takes, of those that there are. */
export function encodingFor(request: Request): "br" | "gzip" | undefined {
  const accepted = (request.headers.get("accept-encoding") ?? "").split(",")
    .filter((each) => !/;\s*q=0(\.0*)?\s*$/.test(each))
    .map((each) => each.split(";")[0].trim());
  return (["br", "gzip"] as const).find((each) => accepted.includes(each));
}

/**
 * The response as the request's `accept-encoding` wants it; streams of events, and what is encoded
 * already, stay as they are.
 */
export async function compressed(request: Request, response: Response): Promise<Response> {
  if (response.body === null || !textual.test(response.headers.get("content-type") ?? "")) {
    return response;
  }
  const encoding = encodingFor(request);
  const headers = new Headers(response.headers);
  headers.append("vary", "accept-encoding");
  const { status } = response;
  if (headers.has("content-encoding")) return new Response(response.body, { status, headers });
  if (encoding === undefined) return new Response(response.body, { status, headers });
  if (headers.get("content-type")!.startsWith("text/html")) {
    headers.set("content-encoding", encoding);
    const { readable, writable } = Duplex.toWeb(passing[encoding]());
    const body = response.body.pipeThrough({ readable, writable });
    return new Response(body as ReadableStream<Uint8Array<ArrayBuffer>>, { status, headers });
  }
  const stays = headers.get("cache-control")?.includes("immutable") ?? false;
  const key = `${encoding} ${new URL(request.url).pathname}`;
  let body = stays ? kept.get(key) : undefined;
  if (body === undefined) {
    const plain = new Uint8Array(await response.arrayBuffer());
    if (plain.length < LEAST) return new Response(plain, { status, headers });
    const quality = stays ? QUALITY.kept : QUALITY.passing;
    body = encoding === "br"
      ? await brotliOf(plain, quality)
      : new Uint8Array(await gzip(plain, { level: quality }));
    if (stays) kept.set(key, body);
  }
  headers.set("content-encoding", encoding);
  return new Response(body, { status, headers });
}
