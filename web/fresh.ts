/**
 * A small stand-in for Fresh 2, in its shape: routes with `handler` and a default page, `define`,
 * `page(data)`, islands that the browser hydrates. A later move is a change of this import.
 *
 * @module
 */
import { type Context as HonoContext, Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { type SSEStreamingApi, streamSSE } from "hono/streaming";
import { type ComponentChildren, type ComponentType, Fragment, h, type VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import { printable } from "../lab/core/printable.ts";
import { InputError, LabError } from "../lab/core/errors.ts";
import type { Access } from "./access.ts";
import { compressed } from "./compression.ts";
import { Rate } from "./rate.ts";
import { type Theme, themeOf } from "./theme.ts";

/** What a handler is called with. */
export interface Context<State> {
  readonly req: Request;
  readonly url: URL;
  readonly params: Readonly<Record<string, string>>;
  readonly state: State;
  /**
   * A response of server-sent events: `send` writes them, and the stream ends as it returns. It is
   * aborted as the reader leaves, and never begun for one that asks for the head alone.
   */
  events(send: (stream: SSEStreamingApi) => Promise<void>): Response;
}

/** What a page component is given. */
export interface PageProps<Data> {
  readonly data: Data;
  readonly url: URL;
  readonly params: Readonly<Record<string, string>>;
}

/** What a handler returns to have the route's page rendered with `data`. */
export interface PageAnswer<Data> {
  readonly data: Data;
}

/** Renders the route's page with `data`. */
export function page<Data>(data: Data): PageAnswer<Data> {
  return { data };
}

/** What a handler returns to have the frame sent at once, and the page in it when its data is there. */
export interface LatePage<Data> {
  readonly title: string;
  /** Names of the islands that the page will have: their scripts are loaded meanwhile. */
  readonly islands: readonly string[];
  /** What stands in its place until it is there. */
  readonly meanwhile?: () => string;
  /** Where it fails, the page says so, with the status of one that is there. */
  readonly later: () => Promise<Data>;
}

type Awaitable<T> = T | Promise<T>;

/** A route module: `handler` returns a response, or data for the page. */
interface Route<State, Data> {
  readonly handler: (
    context: Context<State>,
  ) => Awaitable<Response | PageAnswer<Data> | LatePage<Data>>;
  readonly default?: ComponentType<PageProps<Data>>;
}

/** A route that changes something; what the store refuses it throws. */
interface PostRoute<State> {
  readonly post: (context: Context<State>) => Awaitable<Response>;
}

/** Changes in ten seconds, at most. */
const CHANGES = 100;
/** Bytes that a request may bring, at most. */
const MOST_BYTES = 100_000;

/** Why a request that would change something is refused; undefined: it comes from a page of ours. */
function refusal({ headers }: Request, origin: string): string | undefined {
  // A page from elsewhere can send neither another origin than its own nor, unasked, JSON.
  if (headers.get("origin") !== origin) return "its Origin must be the dashboard's own";
  if (headers.get("content-type") !== "application/json") return "its body must be JSON";
  const length = Number(headers.get("content-length") ?? NaN);
  return length <= MOST_BYTES
    ? undefined
    : `its length must be stated, at most ${MOST_BYTES} bytes`;
}

/** The frame around every page. */
export interface LayoutProps {
  readonly title: string;
  readonly path: string;
  readonly theme: Theme;
  /** Names of the islands in the main part. */
  readonly islands: readonly string[];
  /** The main part, rendered. */
  readonly main: string;
}

/**
 * Nothing from elsewhere, nothing inline; WebAssembly, as policies are programs; workers, as a page may
 * train; pictures that a page has drawn itself.
 */
const headers = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", "data:"],
    connectSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
    workerSrc: ["'self'"],
  },
  xFrameOptions: "DENY",
  strictTransportSecurity: false, // served without TLS, to this machine alone
});

/** The application: routes over one state, and the layout that their pages stand in. */
export class App<State> {
  readonly #hono = new Hono();
  readonly #changes = new Rate(CHANGES, 10_000);

  constructor(
    private readonly state: State,
    private readonly layout: (props: LayoutProps) => VNode,
    /** What of an error's message a page may show. */
    private readonly shown: (message: string) => string,
    access: Access,
  ) {
    this.#hono.use(headers);
    this.#hono.use(async (context, next) => {
      const refused = await access.refusal(context.req.raw);
      if (refused === undefined) await next();
      else context.res = refused;
      if (!context.res.headers.has("cache-control")) context.header("cache-control", "no-store");
      context.res = await compressed(context.req.raw, context.res);
    });
    this.#hono.onError((error, context) => {
      const { raw } = context.req;
      return this.#problem(raw, this.#said(error, raw), error instanceof InputError ? 404 : 500);
    });
    this.#hono.notFound((context) => {
      const { raw, path } = context.req;
      return this.#problem(raw, `There is nothing at ${printable(path)}.`, 404);
    });
  }

  /** Adds a route; `path` in Hono's form (`/runs/:id`). */
  route<Data>(path: string, route: Route<State, Data>): this {
    this.#hono.get(path, async (context) => {
      const fresh = this.#context(context);
      const result = await route.handler(fresh);
      if (result instanceof Response) return result;
      const Page = route.default;
      if (Page === undefined) throw new Error(`Route ${path} has no page`);
      const body = (data: Data) => h(Page, { data, url: fresh.url, params: fresh.params });
      if ("later" in result) return this.#streamed(result, fresh.req, body);
      return this.#document(titleOf(result.data), fresh.req, body(result.data));
    });
    return this;
  }

  /** Adds a route that changes something, for pages of this server alone. */
  change(path: string, route: PostRoute<State>): this {
    this.#hono.post(path, async (context) => {
      const fresh = this.#context(context);
      const reason = refusal(fresh.req, fresh.url.origin);
      if (reason === undefined) {
        if (this.#changes.take()) return await this.#changed(() => route.post(fresh));
        return new Response("Cannot change so much at once: wait some seconds", { status: 429 });
      }
      return new Response(`Cannot change anything by this request as ${reason}`, { status: 403 });
    });
    return this;
  }

  /** What a route answers; where the store refuses a change, its line. */
  async #changed(post: () => Awaitable<Response>): Promise<Response> {
    try {
      return await post();
    } catch (error) {
      if (!(error instanceof LabError || error instanceof InputError)) throw error;
      return new Response(this.shown(error.message), { status: 409 });
    }
  }

  /** The response to a request. */
  readonly handler = (request: Request): Response | Promise<Response> => this.#hono.fetch(request);

  #context(context: HonoContext): Context<State> {
    return {
      req: context.req.raw,
      url: new URL(context.req.url),
      params: context.req.param(),
      state: this.state,
      events: (send) => eventsOf(context, send),
    };
  }

  /** What a reader is told of an error; the terminal, too, where it is none of the reader's. */
  #said(error: unknown, { signal }: Request): string {
    const badInput = error instanceof InputError;
    const known = badInput || error instanceof LabError;
    if (!badInput && !signal.aborted) console.error(known ? error.message : error);
    return known ? this.shown(error.message) : "The server's terminal says what broke.";
  }

  /** One line: as a page, or as text where a program asks. */
  #problem(request: Request, message: string, status: number): Response {
    if (!/^\/(api|assets|artifacts|texts)\//.test(new URL(request.url).pathname)) {
      const title = status === 404 ? "Not found" : "Error";
      return this.#document(title, request, problem(title, message), status);
    }
    return new Response(message, { status });
  }

  #document(title: string, request: Request, body: ComponentChildren, status = 200): Response {
    met.clear();
    const main = rendered(body);
    return answerOf(this.#framed(request, { title, islands: [...met], main }), status);
  }

  #streamed<Data>(
    { title, islands, meanwhile, later }: LatePage<Data>,
    request: Request,
    body: (data: Data) => ComponentChildren,
  ): Response {
    const [before, after] = this.#framed(request, { title, islands, main: MAIN }).split(MAIN);
    const waiting = meanwhile === undefined ? null : h(Meanwhile, { text: meanwhile() });
    const main = later().then((data) => rendered(body(data)))
      .catch((error) => rendered(problem(title, this.#said(error, request))));
    const parts = async function* () {
      yield before + rendered(waiting);
      yield await main + after;
    };
    return answerOf(ReadableStream.from(parts()).pipeThrough(new TextEncoderStream()), 200);
  }

  /** A whole document. */
  #framed(request: Request, part: Pick<LayoutProps, "title" | "islands" | "main">): string {
    const path = new URL(request.url).pathname;
    const theme = themeOf(request.headers.get("cookie"));
    return `<!doctype html>${renderToString(h(this.layout, { path, theme, ...part }))}`;
  }
}

/** See {@linkcode Context.events}. */
function eventsOf(
  context: HonoContext,
  send: (stream: SSEStreamingApi) => Promise<void>,
): Response {
  const { method, signal } = context.req.raw;
  // Hono answers HEAD as GET and drops the body: nobody would ever end it.
  if (method === "HEAD") {
    return new Response(null, { headers: { "content-type": "text/event-stream" } });
  }
  return streamSSE(context, async (stream) => {
    if (signal.aborted) return;
    signal.addEventListener("abort", () => stream.abort());
    await send(stream);
  });
}

/** Stands in a frame where its main part comes. */
const MAIN = "<!-- main -->";

function answerOf(html: string | ReadableStream<Uint8Array>, status: number): Response {
  return new Response(html, { status, headers: { "content-type": "text/html; charset=utf-8" } });
}

function rendered(body: ComponentChildren): string {
  return renderToString(h(Fragment, null, body));
}

function problem(title: string, message: string): ComponentChildren {
  return [h("h1", null, title), h("p", { class: "problem" }, message)];
}

/** The style hides it once something stands behind it: a page runs no script of its own for that. */
function Meanwhile({ text }: { text: string }): VNode {
  return h("p", { class: "note meanwhile", role: "status" }, text);
}

/** A page's title stands in its data. */
function titleOf(data: unknown): string {
  return (data as { title?: string } | null)?.title ?? "Reverie";
}

/** Islands of the page that is being rendered, which nothing interrupts. */
const met = new Set<string>();

/**
 * Marks a component as an island: the server renders it and the browser takes it over with the
 * same props, which must be JSON. `name` is its file under `islands/`.
 */
export function island<Props extends object>(
  name: string,
  component: ComponentType<Props>,
): ComponentType<Props> {
  return (props) => {
    met.add(name);
    return h(
      "div",
      { "data-island": name, "data-props": JSON.stringify(props) },
      h(component as ComponentType<object>, props),
    ) as VNode;
  };
}
