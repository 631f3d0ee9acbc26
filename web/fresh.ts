/**
 * A small stand-in for Fresh 2, in its shape: routes with `handler` and a default page, `define`,
 * `page(data)`, islands that the browser hydrates. A later move is a change of this import.
 *
 * @module
 */
import { type Context as HonoContext, Hono } from "hono";
import { type ComponentChildren, type ComponentType, h, type VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import { InputError } from "../lab/core/errors.ts";

/** What a handler is called with. */
export interface Context<State> {
  readonly req: Request;
  readonly url: URL;
  readonly params: Readonly<Record<string, string>>;
  readonly state: State;
}

/** What a page component is given. */
export interface PageProps<Data> {
  readonly data: Data;
  readonly url: URL;
  readonly params: Readonly<Record<string, string>>;
}

/** A handler's answer that renders the route's page with `data`. */
export interface PageAnswer<Data> {
  readonly data: Data;
}

/** Renders the route's page with `data`. */
export function page<Data>(data: Data): PageAnswer<Data> {
  return { data };
}

type Awaitable<T> = T | Promise<T>;

/** A route module: `GET` answers a response, or data for the page. */
export interface Route<State, Data> {
  readonly handler: (context: Context<State>) => Awaitable<Response | PageAnswer<Data>>;
  readonly default?: ComponentType<PageProps<Data>>;
}

/** The frame around every page. */
export interface LayoutProps {
  readonly title: string;
  readonly path: string;
  readonly children: ComponentChildren;
}

/** The application: routes over one state, and the layout that their pages stand in. */
export class App<State> {
  readonly #hono = new Hono();

  constructor(
    private readonly state: State,
    private readonly layout: (props: LayoutProps) => VNode,
  ) {
    this.#hono.onError((error) => {
      const notFound = error instanceof InputError;
      if (!notFound) console.error(error);
      return this.#document("Error", "", h("p", { class: "problem" }, error.message), {
        status: notFound ? 404 : 500,
      });
    });
    this.#hono.notFound((context) =>
      this.#document(
        "Not found",
        "",
        h("p", { class: "problem" }, `There is no page at ${new URL(context.req.url).pathname}.`),
        { status: 404 },
      )
    );
  }

  /** Adds a route; `path` in Hono's form (`/runs/:id`). */
  route<Data>(path: string, route: Route<State, Data>): this {
    this.#hono.get(path, async (context) => {
      const fresh = this.#context(context);
      const answer = await route.handler(fresh);
      if (answer instanceof Response) return answer;
      const Page = route.default;
      if (Page === undefined) throw new Error(`Route ${path} has no page`);
      const body = h(Page, { data: answer.data, url: fresh.url, params: fresh.params });
      return this.#document(titleOf(answer.data), fresh.url.pathname, body);
    });
    return this;
  }

  /** Answers one request. */
  readonly handler = (request: Request): Response | Promise<Response> => this.#hono.fetch(request);

  #context(context: HonoContext): Context<State> {
    return {
      req: context.req.raw,
      url: new URL(context.req.url),
      params: context.req.param(),
      state: this.state,
    };
  }

  #document(
    title: string,
    path: string,
    body: ComponentChildren,
    init: ResponseInit = {},
  ): Response {
    const html = renderToString(h(this.layout, { title, path, children: body }));
    return new Response(`<!doctype html>${html}`, {
      ...init,
      headers: {
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-store",
        "content-security-policy":
          "default-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'",
      },
    });
  }
}

/** A page's title stands in its data. */
function titleOf(data: unknown): string {
  return (data as { title?: string } | null)?.title ?? "Reverie";
}

/**
 * Marks a component as an island: the server renders it and the browser takes it over with the
 * same props, which must be JSON. `name` is its file under `islands/`.
 */
export function island<Props extends object>(
  name: string,
  component: ComponentType<Props>,
): ComponentType<Props> {
  return (props) =>
    h(
      "div",
      { "data-island": name, "data-props": JSON.stringify(props) },
      h(component as ComponentType<object>, props),
    ) as VNode;
}
