/**
 * What the dashboard's routes share.
 *
 * @module
 */
import type { Store } from "../lab/store/store.ts";
import type { Comparisons } from "./comparisons.ts";
import type { Feed } from "./feed.ts";
import type { Policies } from "./policies.ts";

/** What every route sees. */
export interface State {
  readonly store: Store;
  /** Pages change nothing. */
  readonly readOnly: boolean;
  readonly feed: Feed;
  readonly comparisons: Comparisons;
  readonly policies: Policies;
}
