/**
 * Which runs are of a user's module, and where a page gets it.
 *
 * @module
 */
import { environments } from "../../envs/mod.ts";
import { isOwn, needsModule } from "../../lab/experiment/own.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import type { Run } from "../../lab/store/store.ts";
import type { OwnModules } from "./modules.ts";

/** Where a page gets a run's module. */
export interface OwnCode {
  /** Of the script. */
  readonly address: string;
  /** The file that it was made of. */
  readonly module: string;
  /** The definition's name. */
  readonly experiment: string;
}

/** Whether a run acts in a world that its module alone has, or that no page has been built with. */
export function isInOwnWorld({ manifest }: Pick<Run, "manifest">): boolean {
  const { environment } = manifest.determined.configuration;
  // What another program calls its environment may have no id: no world of anybody's module.
  const { id } = (environment ?? {}) as { readonly id?: Json };
  return isOwn(environment) || id !== undefined && environments.every((each) => each.id !== id);
}

/** Whether a run is of a world or of other parts that its module alone has. */
function isOfOwnModule(run: Pick<Run, "manifest">): boolean {
  return isInOwnWorld(run) || needsModule(run.manifest.determined.configuration);
}

/** Why a page cannot have what of a run stands in its module, as a clause; undefined: it can. */
export async function moduleRefusal(
  run: Pick<Run, "manifest">,
  own: Pick<OwnModules, "refusalOf">,
): Promise<string | undefined> {
  return isOfOwnModule(run) ? await own.refusalOf(run) : undefined;
}

/** Where a page gets a run's module; undefined: the run needs none. */
export function ownCodeOf(run: Pick<Run, "id" | "manifest">): OwnCode | undefined {
  if (!isOfOwnModule(run)) return undefined;
  const { definition: { module }, determined: { experiment } } = run.manifest;
  return { address: `/api/own?run=${run.id}`, module, experiment };
}
