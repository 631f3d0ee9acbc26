/**
 * What the dashboard's server answers, answered without one from a capsule: by its own routes, in
 * the exported page.
 *
 * @module
 */
import { InputError, LabError } from "../../lab/core/errors.ts";
import type { StoreReader } from "../../lab/store/store.ts";
import type { Ask } from "../ask.ts";
import { comparedRuns, Comparer } from "../comparison.ts";
import { Feed } from "../feed.ts";
import type { Context } from "../fresh.ts";
import { PROGRAM } from "../program.ts";
import * as comparison from "../routes/api/comparison.ts";
import * as guide from "../routes/api/guide.ts";
import * as pictures from "../routes/api/pictures.ts";
import * as policy from "../routes/api/policy.ts";
import * as runs from "../routes/api/runs.ts";
import * as series from "../routes/api/series.ts";
import * as setting from "../routes/api/setting.ts";
import * as sparks from "../routes/api/sparks.ts";
import * as trends from "../routes/api/trends.ts";
import type { State } from "../state.ts";
import { type Body, fileName, GUIDES, type Guides, type Head, textName } from "./capsule.ts";
import { CapsuleStore } from "./capsule_store.ts";

/** Reads a part of a capsule by its name: `runs`, `run-ID`, or a file's. */
export type Read = (name: string) => Promise<Uint8Array<ArrayBuffer>>;

type Handler = (context: Context<State>) => Response | Promise<Response>;

const handlers: Readonly<Record<string, Handler>> = {
  "/api/comparison": comparison.handler,
  "/api/guide": guide.handler,
  "/api/pictures": pictures.handler,
  "/api/policy": policy.handler,
  "/api/runs": runs.handler,
  "/api/series": series.handler,
  "/api/setting": setting.handler,
  "/api/sparks": sparks.handler,
  "/api/trends": trends.handler,
};

/** Answers from a capsule, of which it reads what it needs. */
export function answerFrom(read: Read): Ask {
  let opened: ReturnType<typeof open> | undefined;
  return async (path, options) => {
    const url = new URL(path, "http://page");
    const handler = handlers[url.pathname];
    try {
      const text = /^\/texts\/(\w+)$/.exec(url.pathname)?.[1];
      if (text !== undefined) return new Response(await read(textName(text)));
      if (handler === undefined) throw new InputError(`Cannot answer as nothing is at ${path}`);
      const { state, load } = await (opened ??= open(read).catch((error) => {
        opened = undefined; // asked for again, it is read again
        throw error;
      }));
      if (handler === comparison.handler) {
        const request = comparison.requestOf(url.searchParams);
        await load(comparedRuns(state.store, request).map(({ id }) => id));
      } else if (url.searchParams.has("run")) await load(url.searchParams.getAll("run"));
      options?.signal?.throwIfAborted();
      const req = new Request(url, options);
      const events = () => new Response(null, { status: 404 });
      return await handler({ req, url, params: {}, state, events });
    } catch (error) {
      if (!(error instanceof InputError || error instanceof LabError)) throw error;
      return new Response(error.message, { status: 404 });
    }
  };
}

async function open(read: Read) {
  const json = async <Value>(name: string): Promise<Value> =>
    JSON.parse(new TextDecoder().decode(await read(name)));
  const head = await json<Head>("runs");
  const store = new CapsuleStore(head);
  const load = (ids: readonly string[]) =>
    Promise.all(ids.map(async (id) => {
      if (store.run(id) === undefined || store.holds(id)) return;
      store.hold(id, await json<Body>(`run-${id}`));
    }));
  const policies: State["policies"] = {
    of(run, wanted, part = "policy") {
      const checkpoint = typeof wanted === "number" ? wanted : undefined;
      const name = fileName(run.id, part, checkpoint);
      const reason = head.missing[name];
      if (reason !== undefined) throw new InputError(reason);
      return read(name);
    },
  };
  const guides: State["guides"] = {
    of: async (method) => (await json<Guides>(GUIDES))[method] ?? {},
  };
  return { state: { ...stateOf(store, policies), guides }, load };
}

/** What routes see that nobody changes. */
export function stateOf(store: StoreReader, policies: State["policies"]): State {
  const comparer = new Comparer(store);
  const comparisons: State["comparisons"] = {
    async of(request, signal) {
      const comparison = await comparer.compare(request, () => {
        signal.throwIfAborted();
        return Promise.resolve();
      });
      return new TextEncoder().encode(JSON.stringify(comparison));
    },
  };
  const reason = "what was written down holds no code of a user's file";
  const own: State["own"] = {
    isGone: () => false,
    refusalOf: () => Promise.resolve(reason),
    script: () => Promise.reject(new InputError(`Cannot take a module to a page as ${reason}`)),
  };
  const sweeps: State["sweeps"] = {
    rows: () => Promise.resolve([]),
    named: (name) =>
      Promise.reject(new InputError(`Cannot show the sweep as none is here: ${name}`)),
  };
  const feed = new Feed(store);
  return {
    store,
    writable: null,
    live: false,
    program: { name: PROGRAM },
    feed,
    comparisons,
    policies,
    guides: { of: () => ({}) },
    own,
    sweeps,
  };
}
