/**
 * The dashboard's routes over one store.
 *
 * @module
 */
import type { Store } from "../lab/store/store.ts";
import { Access, type Shared } from "./access.ts";
import { Layout } from "./components/layout.tsx";
import { Comparisons } from "./comparisons.ts";
import { Feed } from "./feed.ts";
import { App } from "./fresh.ts";
import { guideOfRun } from "./metric_guide.ts";
import { OwnModules } from "./own/modules.ts";
import { Policies } from "./policies.ts";
import * as change from "./routes/api/change.ts";
import * as comparison from "./routes/api/comparison.ts";
import * as family from "./routes/api/family.ts";
import * as find from "./routes/api/find.ts";
import * as guide from "./routes/api/guide.ts";
import * as live from "./routes/api/live.ts";
import * as own from "./routes/api/own.ts";
import * as pictures from "./routes/api/pictures.ts";
import * as policy from "./routes/api/policy.ts";
import * as runs from "./routes/api/runs.ts";
import * as sparks from "./routes/api/sparks.ts";
import * as trends from "./routes/api/trends.ts";
import * as series from "./routes/api/series.ts";
import * as artifact from "./routes/artifact.ts";
import * as text from "./routes/text.ts";
import * as asset from "./routes/asset.ts";
import * as compare from "./routes/compare.tsx";
import * as index from "./routes/index.tsx";
import * as sweepPage from "./routes/sweeps/[name].tsx";
import * as sweepPages from "./routes/sweeps/index.tsx";
import * as sweep from "./routes/api/sweep.ts";
import * as sweeps from "./routes/api/sweeps.ts";
import * as setting from "./routes/api/setting.ts";
import * as train from "./routes/train.tsx";
import * as trashed from "./routes/api/trash.ts";
import * as trash from "./routes/trash.tsx";
import * as run from "./routes/runs/[id].tsx";
import { PROGRAM, type Program } from "./program.ts";
import type { State } from "./state.ts";
import { sweepsOf } from "./sweeps.ts";

/**
 * The application; `createApp(store).handler(request)` returns the response to a request.
 * `comparisons` are those of the store, for who wants to end their thread; `readOnly`: pages change
 * no tags and trash nothing; `shared`: others than this machine may ask, by a token; `feed`: of the
 * store, where it has begun to read; `program`: how commands reach this store.
 */
export function createApp(
  store: Store,
  comparisons: State["comparisons"] = new Comparisons(store.location),
  { readOnly = true, shared, feed = new Feed(store), program = { name: PROGRAM } }: {
    readonly readOnly?: boolean;
    readonly shared?: Shared;
    readonly feed?: Feed;
    readonly program?: Program;
  } = {},
): App<State> {
  const policies = new Policies(store);
  const writable = readOnly ? null : store;
  const state = {
    ...{ store, writable, live: true, program, feed, comparisons, policies },
    ...{ guides: { of: guideOfRun }, sweeps: sweepsOf(store) },
    own: new OwnModules(program),
  };
  // Where the store lies is nothing that a page needs, but in a command that is to reach it.
  const place = new RegExp(`(?<!--store '?)${RegExp.escape(store.location)}`, "g");
  // A bare name, as the usual "runs", says nothing, and is a word of many messages.
  const isPlace = /[/\\]/.test(store.location);
  const shown = (message: string) => isPlace ? message.replaceAll(place, "the store") : message;
  return new App<State>(state, Layout, shown, new Access(shared))
    .route("/", index)
    .route("/runs/:id", run)
    .route("/compare", compare)
    .route("/sweeps", sweepPages)
    .route("/sweeps/:name", sweepPage)
    .route("/train", train)
    .route("/trash", trash)
    .route("/artifacts/:hash", artifact)
    .route("/texts/:hash", text)
    .route("/assets/:name", asset)
    .change("/api/change", change)
    .route("/api/family", family)
    .route("/api/find", find)
    .route("/api/guide", guide)
    .route("/api/live", live)
    .route("/api/own", own)
    .route("/api/pictures", pictures)
    .route("/api/policy", policy)
    .route("/api/runs", runs)
    .route("/api/series", series)
    .route("/api/setting", setting)
    .route("/api/sparks", sparks)
    .route("/api/trends", trends)
    .route("/api/sweep", sweep)
    .route("/api/sweeps", sweeps)
    .route("/api/trash", trashed)
    .route("/api/comparison", comparison);
}
