/**
 * The dashboard's pages written down: of a run or a comparison as one file, of many runs as a site
 * for any static host. They are the server's pages, made by its routes; what their islands ask for
 * they find in the page, or beside it.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { type ComponentType, h, type VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import { agents } from "../../agents/mod.ts";
import { models } from "../../models/mod.ts";
import { guideOfRun } from "../metric_guide.ts";
import { pages } from "../page_names.ts";
import { asset, built, builtNames, readAsset } from "../assets.ts";
import { ThemeChoice } from "../components/theme_choice.tsx";
import type { Context, LatePage, PageAnswer, PageProps } from "../fresh.ts";
import * as compare from "../routes/compare.tsx";
import * as index from "../routes/index.tsx";
import * as run from "../routes/runs/[id].tsx";
import * as sweep from "../routes/sweeps/[name].tsx";
import * as sweeps from "../routes/sweeps/index.tsx";
import * as train from "../routes/train.tsx";
import type { State } from "../state.ts";
import { stateOf } from "./answer.ts";
import { type Capsule, GUIDES, type Guides } from "./capsule.ts";
import { CapsuleStore } from "./capsule_store.ts";
import { inFile, inSite, ledBy, type Place, sweepFile } from "./places.ts";

/** A file of a site. */
export interface SiteFile {
  /** Below the site's folder. */
  readonly path: string;
  readonly content: string | Uint8Array;
}

/** What a page is of: a run by its id, or all runs of the capsule compared. */
export type Shown = { readonly run: string } | "comparison";

const packed = promisify(gzip);
const encoded = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/**
 * One page with all that it needs within: it opens from a disk, asks nobody for anything, and can
 * reach nobody.
 *
 * @throws {LabError} where the islands are not built.
 */
export async function pageFile(capsule: Capsule, shown: Shown): Promise<string> {
  const script = await textOf(built().names["page.js"]);
  const style = await styles();
  const pictures = new Map(
    [...capsule.pictures].map(([hash, bytes]) => [hash, Buffer.from(bytes).toString("base64")]),
  );
  const data = await Promise.all(
    [...partsOf(capsule)].map(async ([name, bytes]): Promise<[string, string]> => [
      name,
      (await packed(bytes)).toString("base64"),
    ]),
  );
  const place = inFile((hash) => `data:image/png;base64,${pictures.get(hash)}`);
  const policy = [
    "default-src 'none'",
    `script-src '${await hashOf(script)}' 'wasm-unsafe-eval'`,
    `style-src '${await hashOf(style)}'`,
    "worker-src blob:",
    ...common,
  ];
  const { title, body } = await written(stateIn(capsule), place, pathOf(capsule, shown));
  return documentOf(
    <html lang="en" data-theme="auto">
      <Head title={title} policy={policy}>
        <Raw of="style" text={style} />
      </Head>
      <body>
        <Top icon={`data:image/svg+xml;base64,${btoa(await textOf("icon.svg"))}`} />
        <Raw of="main" text={body} />
        {[...data, ...pictures].map(([name, text]) => (
          <script key={name} type="text/plain" id={`data-${name}`}>{text}</script>
        ))}
        <Raw of="script" text={script} />
      </body>
    </html>,
  );
}

/**
 * The files of a site: table, comparison, sweeps, the page that trains, a page a run, and what they read.
 *
 * @throws {LabError} where the islands are not built.
 */
export async function* siteFiles(capsule: Capsule): AsyncGenerator<SiteFile> {
  const sweeps = capsule.sweeps.map(({ row }) => row.name);
  const paths = [
    { file: "index.html", path: "/" },
    { file: "compare.html", path: pathOf(capsule, "comparison") },
    ...sweeps.length > 0 ? [{ file: "sweeps.html", path: "/sweeps" }] : [],
    { file: "train.html", path: "/train" },
    ...capsule.head.runs.map(({ run: { id } }) => ({
      file: `runs/${id}.html`,
      path: pathOf(capsule, { run: id }),
    })),
    ...sweeps.map((name) => ({
      file: sweepFile(name),
      path: `/sweeps/${encodeURIComponent(name)}`,
    })),
  ];
  const state = stateIn(capsule);
  const links = pages.filter(({ path }) => path !== "/sweeps" || sweeps.length > 0);
  for (const { file, path } of paths) {
    const root = file.includes("/") ? "../" : "./";
    const place = inSite(root, (name) => sweeps.includes(name));
    yield { path: file, content: await sitePage(state, root, place, path, links) };
  }
  for (const name of [...builtNames(), "icon.svg"]) {
    yield { path: `assets/${name}`, content: (await readAsset(name))!.bytes };
  }
  for (const [name, bytes] of partsOf(capsule)) {
    yield { path: `data/${name}.bin`, content: await packed(bytes) };
  }
  // Of all that its page trains, whatever the runs are of.
  const guides: Guides = Object.fromEntries(
    [...agents, ...models].map(({ name }) => [name, guideOfRun(name)]),
  );
  yield { path: `data/${GUIDES}.bin`, content: await packed(encoded(guides)) };
  for (const [hash, bytes] of capsule.pictures) yield { path: `data/${hash}.png`, content: bytes };
}

/** Where browsers run no module of a page, as in a folder that nobody serves: shows why nothing answers. */
const UNSERVED =
  `if (location.protocol === "file:") document.getElementById("unserved").hidden = false;`;

async function sitePage(
  state: State,
  root: string,
  place: Place,
  path: string,
  links: readonly { readonly path: string; readonly name: string }[],
): Promise<string> {
  const current = path.replace(/\?.*/, "");
  const policy = [
    "default-src 'none'",
    `script-src 'self' '${await hashOf(UNSERVED)}' 'wasm-unsafe-eval'`,
    "style-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    ...common,
  ];
  const { title, body } = await written(state, place, path);
  const done = ledBy(place);
  try {
    return documentOf(
      <html lang="en" data-theme="auto" data-root={root}>
        <Head title={title} policy={policy}>
          <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
          <link rel="stylesheet" href={asset("uplot.css")} />
          <link rel="stylesheet" href={asset("style.css")} />
          <script type="module" src={asset("exported.js")}></script>
        </Head>
        <body>
          <Top icon="/assets/icon.svg">
            <nav aria-label="Pages">
              {links.map(({ path, name }) => (
                <a key={path} href={path} aria-current={current === path ? "page" : undefined}>
                  {name}
                </a>
              ))}
            </nav>
          </Top>
          <p id="unserved" class="problem" role="alert" hidden>
            Nothing here answers, as browsers run no program of a page that lies in a folder. Serve
            the folder (<code>python3 -m http.server</code>{" "}
            in it) and open http://localhost:8000. A run's page that opens by itself:{" "}
            <code>export RUN --format html</code>.
          </p>
          {h("script", { dangerouslySetInnerHTML: { __html: UNSERVED } })}
          <Raw of="main" text={body} />
        </body>
      </html>,
    );
  } finally {
    done();
  }
}

/** What every exported page may do besides. */
const common = ["img-src 'self' data:", "base-uri 'none'", "form-action 'none'"];

/** The parts of a capsule that pages read, by name. */
function* partsOf({ head, bodies, files }: Capsule): Generator<[string, Uint8Array]> {
  yield ["runs", encoded(head)];
  for (const [id, body] of bodies) yield [`run-${id}`, encoded(body)];
  yield* files;
}

/** The path by which the server knows a page. */
function pathOf({ head }: Capsule, shown: Shown): string {
  if (shown !== "comparison") return `/runs/${shown.run}`;
  return `/compare?${head.runs.map(({ run }) => `run=${run.id}`).join("&")}`;
}

type Route = {
  handler(
    context: Context<State>,
  ): PageAnswer<unknown> | LatePage<unknown> | Promise<PageAnswer<unknown>>;
  default: ComponentType<PageProps<unknown>>;
};

const routes = { "": index, compare, runs: run, sweep, sweeps, train } as unknown as Readonly<
  Record<string, Route>
>;

/** What the pages of a capsule are made from. */
function stateIn({ head, bodies, sweeps }: Capsule): State {
  const store = new CapsuleStore(head);
  for (const [id, body] of bodies) store.hold(id, body);
  const state = stateOf(store, {
    of: () => Promise.reject(new TypeError("pages open no files")),
  });
  return {
    ...state,
    sweeps: {
      rows: () => Promise.resolve(sweeps.map(({ row }) => row)),
      named: (name) => Promise.resolve(sweeps.find(({ view }) => view.name === name)!.view),
    },
  };
}

/** The main part of the server's page of a path, whose links lead to their places. */
async function written(
  state: State,
  place: Place,
  path: string,
): Promise<{ title: string; body: string }> {
  const url = new URL(path, "http://page");
  const [, folder, last = ""] = url.pathname.split("/");
  const name = decodeURIComponent(last);
  const { handler, default: Page } = routes[folder === "sweeps" && name !== "" ? "sweep" : folder];
  const [req, params] = [new Request(url), { id: name, name }];
  const events = () => new Response();
  const answer = await handler({ req, url, params, state, events });
  const data = "later" in answer ? await answer.later() : answer.data;
  const done = ledBy(place);
  try {
    const { title } = data as { title: string };
    return { title, body: renderToString(h(Page, { data, url, params })) };
  } finally {
    done();
  }
}

function Head(
  { title, policy, children }: {
    title: string;
    policy: readonly string[];
    children: VNode | VNode[];
  },
): VNode {
  return (
    <head>
      <meta charset="utf-8" />
      <meta http-equiv="content-security-policy" content={policy.join("; ")} />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="generator" content="Reverie" />
      <title>{title} · Reverie</title>
      {children}
    </head>
  );
}

/** The bar above every page. */
function Top({ icon, children }: { icon: string; children?: VNode }): VNode {
  return (
    <>
      <a class="skip" href="#main">Skip to content</a>
      <header class="top">
        <span class="brand">
          <img src={icon} alt="" width="22" height="22" />Reverie
        </span>
        {children}
        <ThemeChoice theme="auto" />
      </header>
    </>
  );
}

/** An element with text that is no markup of ours: a script, a style, or a page that is written. */
function Raw({ of, text }: { of: "script" | "style" | "main"; text: string }): VNode {
  const more = { script: { type: "module" }, style: {}, main: { id: "main" } }[of];
  return h(of, { ...more, dangerouslySetInnerHTML: { __html: text } }) as VNode;
}

function documentOf(html: VNode): string {
  return `<!doctype html>${renderToString(html)}`;
}

async function textOf(name: string): Promise<string> {
  return new TextDecoder().decode((await readAsset(name))!.bytes);
}

async function styles(): Promise<string> {
  return (await textOf(built().names["uplot.css"])) + (await textOf(built().names["style.css"]));
}

/** As a Content-Security-Policy names a text. */
async function hashOf(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `sha256-${Buffer.from(hash).toString("base64")}`;
}
