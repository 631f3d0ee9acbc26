/**
 * Who may ask the dashboard for anything: this machine, under its own names; others by a token.
 *
 * @module
 */
import { timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";
import { escaped } from "../lab/core/markup.ts";
import { Rate } from "./rate.ts";

/** The names that a page of this machine is called by: other ones come from a rebound name. */
const ownNames = ["127.0.0.1", "localhost"];
/** Addresses that stand for all that a machine has. */
const wildcards = ["0.0.0.0", "[::]"];
/** What the cookie that holds the token is called: servers of one name share cookies, whatever their ports. */
const cookieOf = ({ port }: URL) => `reverie${port === "" ? "" : `-${port}`}`;
const COOKIE_SECONDS = 30 * 24 * 3600;
/** What the address of a page says that came again by itself. */
const AGAIN = "again";
/** Wrong tokens a minute, from whomever. */
const WRONG_TOKENS = 20;

/** What others than this machine need. */
export interface Shared {
  /** The name or address that is listened on, as a URL's `hostname` writes it. */
  readonly host: string;
  /** Letters and digits. */
  readonly token: string;
}

/** Whether only this machine can reach a host. */
export function isLoopback(host: string): boolean {
  return ownNames.includes(host);
}

/** Whether a host is no address to ask at: it stands for all that this machine has. */
export function isAnyAddress(host: string): boolean {
  return wildcards.includes(host);
}

/**
 * A token that nobody guesses: 256 bits of the system's randomness, another one each time. No result hangs
 * on it.
 */
export function newToken(): string {
  return crypto.getRandomValues(new Uint8Array(32)).toHex();
}

/** Judges requests. */
export class Access {
  readonly #wrong = new Rate(WRONG_TOKENS, 60_000);

  /** @param shared Left out: for this machine alone. */
  constructor(private readonly shared?: Shared) {}

  /**
   * The answer to a request that goes no further; undefined: it may.
   *
   * A right token in the address becomes a cookie that no script reads and no other site's page
   * sends, and leaves the address. Nor does a browser send it where a link on another site leads
   * here: a page that comes without one comes again by itself, once, which is no other site's doing.
   */
  async refusal(request: Request): Promise<Response | undefined> {
    const url = URL.parse(request.url);
    if (url === null) return new Response("Cannot answer as the host is no name", { status: 400 });
    if (!this.#isOwn(url.hostname)) {
      return new Response("Cannot answer under this host name", { status: 403 });
    }
    if (isForeign(request, url)) {
      return new Response("Cannot answer as a page from elsewhere asks", { status: 403 });
    }
    if (this.shared === undefined) return undefined;
    const given = url.searchParams.get("token");
    const cookie = cookieOf(url);
    if (given === null) {
      const kept = new RegExp(`(?:^|;\\s*)${cookie}=(\\w+)`).exec(
        request.headers.get("cookie") ?? "",
      );
      const isAgain = url.searchParams.has(AGAIN);
      if (kept === null) {
        const isPage = request.headers.get("accept")?.includes("text/html") ?? false;
        return isPage && !isAgain ? again(url) : unknown("");
      }
      // A wrong one was right once, of a server that has gone: no guess.
      if (!await this.#isRight(kept[1])) return unknown(" This token is another one.");
      return isAgain ? elsewhere(without(url, AGAIN)) : undefined;
    }
    if (!this.#wrong.isFree) return unknown(" Too many wrong tokens came: wait a minute.", 429);
    if (!await this.#isRight(given)) {
      this.#wrong.take();
      return unknown(" This token is another one.");
    }
    const kept = `${cookie}=${given}; Path=/; Max-Age=${COOKIE_SECONDS}; HttpOnly; SameSite=Strict`;
    return elsewhere(without(url, "token"), { "set-cookie": kept });
  }

  /** Of a token's holder any address is believed: a page under a rebound name has no cookie. */
  #isOwn(name: string): boolean {
    if (ownNames.includes(name)) return true;
    if (this.shared === undefined) return false;
    const { host } = this.shared;
    return name === host || isAnyAddress(host) && isIP(name.replace(/^\[|\]$/g, "")) !== 0;
  }

  /** In a time that tells nothing of how much of it is right. */
  async #isRight(token: string): Promise<boolean> {
    const [given, right] = await Promise.all([token, this.shared!.token].map(digest));
    return timingSafeEqual(given, right);
  }
}

/** An address of this server without a part of its query. */
function without({ href }: URL, name: string): string {
  const { pathname, searchParams } = new URL(href);
  searchParams.delete(name);
  const query = searchParams.size === 0 ? "" : `?${searchParams}`;
  // Two slashes would begin the name of another server.
  return `${pathname.replace(/^\/+/, "/")}${query}`;
}

function elsewhere(location: string, more: Readonly<Record<string, string>> = {}): Response {
  return new Response(null, { status: 303, headers: { location, ...more } });
}

/** A page that asks for its own address again. */
function again({ search }: URL): Response {
  const query = escaped(`${search === "" ? "?" : `${search}&`}${AGAIN}`);
  const page = `<!doctype html><meta http-equiv="refresh" content="0;url=${query}">` +
    "<title>Reverie</title><p>The dashboard opens.</p>";
  return new Response(page, {
    status: 401,
    headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" },
  });
}

/** Whether a page of another origin asks for what only the dashboard's own pages do. */
function isForeign({ headers }: Request, { pathname }: URL): boolean {
  const site = headers.get("sec-fetch-site") ?? "none"; // what is no browser sends none
  // The router finds a page by its path without escapes, whatever else of it cannot be read.
  const path = pathname.replace(/%([0-7][0-9a-f])/gi, (escaped) => decodeURIComponent(escaped));
  return path.startsWith("/api/") && site !== "none" && site !== "same-origin";
}

async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

function unknown(why: string, status = 401): Response {
  const text = "Cannot answer without the token: open the address that the server's terminal " +
    `shows, with ?token=… at its end.${why}`;
  return new Response(text, { status });
}
