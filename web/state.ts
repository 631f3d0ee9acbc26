/**
 * What the dashboard's routes share.
 *
 * @module
 */
import type { Store, StoreReader } from "../lab/store/store.ts";
import type { Comparisons } from "./comparisons.ts";
import type { Feed } from "./feed.ts";
import type { Guide } from "./metric_guide.ts";
import type { OwnModules } from "./own/modules.ts";
import type { Policies } from "./policies.ts";
import type { Program } from "./program.ts";
import type { SweepSource } from "./sweeps.ts";

/** What every route sees. */
export interface State {
  readonly store: StoreReader;
  /** Where pages change something; null: they change nothing. */
  readonly writable: Store | null;
  /** Whether pages follow the store, and who reads them has the lab at hand. */
  readonly live: boolean;
  /** How commands reach this store. */
  readonly program: Program;
  readonly feed: Feed;
  readonly comparisons: Pick<Comparisons, "of">;
  readonly policies: Pick<Policies, "of">;
  readonly sweeps: SweepSource;
  /** What the series of a method mean. */
  readonly guides: { of(method: string): Guide | Promise<Guide> };
  /** What stands in users' files. */
  readonly own: Pick<OwnModules, "isGone" | "refusalOf" | "script">;
}
