/**
 * The dashboard's routes over one store. Read-only.
 *
 * @module
 */
import type { Store } from "../lab/store/store.ts";
import { Layout } from "./components/layout.tsx";
import { App } from "./fresh.ts";
import * as artifact from "./routes/artifact.ts";
import * as compare from "./routes/compare.tsx";
import * as contents from "./routes/api/contents.ts";
import * as curves from "./routes/api/curves.ts";
import * as live from "./routes/api/live.ts";
import * as asset from "./routes/asset.ts";
import * as index from "./routes/index.tsx";
import * as run from "./routes/runs/[id].tsx";
import * as series from "./routes/api/series.ts";

/** What every route sees. */
export interface State {
  readonly store: Store;
}

/** The application; `createApp(store).handler(request)` answers a request. */
export function createApp(store: Store): App<State> {
  return new App<State>({ store }, Layout)
    .route("/", index)
    .route("/runs/:id", run)
    .route("/compare", compare)
    .route("/artifacts/:hash", artifact)
    .route("/assets/:name", asset)
    .route("/api/live", live)
    .route("/api/contents", contents)
    .route("/api/series", series)
    .route("/api/curves", curves);
}
