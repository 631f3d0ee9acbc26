/**
 * Runs that are trained elsewhere: asked for at a hub, and watched until its workers have ended them.
 *
 * @module
 */
import { InputError } from "../core/errors.ts";
import { UnreachableError } from "../store/postgres/connection.ts";
import type { Hub } from "../store/postgres/hub.ts";
import type { Mirror } from "../store/postgres/replica.ts";
import type { Run, Store } from "../store/store.ts";
import { type Plan, plansOf, type RunRequest, storedPlan } from "./launch.ts";
import type { RunProgress } from "./recorder.ts";
import type { Elsewhere } from "./sweep/run.ts";
import type { Registries } from "./registries.ts";

/** Seconds between two looks at what the workers have done. */
const LOOK_SECONDS = 1;
/** Seconds after which a worker that was not heard of counts as gone. */
const SEEN_SECONDS = 30;

/** A hub, and what this machine has read of it. */
export interface Fleet {
  readonly hub: Hub;
  readonly mirror: Mirror;
  /** Of the mirror. */
  readonly store: Store;
}

/** Who watches. */
export interface FleetWatching {
  readonly onProgress?: (progress: RunProgress) => void;
  /** Called with a line on what happens to the fleet. */
  readonly onLine?: (line: string) => void;
  /** Why a run that is being trained is to end early; undefined: it is not. */
  readonly endsEarly?: (run: Run) => string | undefined;
  /** Aborted: nobody watches any more; the runs go on. */
  readonly signal?: AbortSignal;
}

/**
 * Asks the workers of a hub for runs and waits until they have ended, or the signal is aborted.
 *
 * @param options.onRefused Hears of what the machines refused that took it, where others have begun.
 * @returns The runs that have begun, in the order of the requests.
 * @throws {InputError} for a request that cannot be trained, here before anything is asked for, or where
 *   none has begun, or nobody listens, on the machine that took it.
 */
export async function launchInFleet(
  requests: readonly RunRequest[],
  fleet: Fleet,
  { registries, onPlanned, onRefused, ...watching }: FleetWatching & {
    readonly registries: Registries;
    readonly onPlanned?: (plans: readonly Plan[]) => void;
    readonly onRefused?: (refusals: readonly InputError[]) => void;
  },
): Promise<Run[]> {
  const plans = await plansOf(requests, { store: fleet.store, registries });
  onPlanned?.(plans);
  const ids = await fleet.hub.ask(plans.map(storedPlan));
  const refusals = (await watch(ids, fleet, watching)).map((line) => new InputError(line));
  const runs = ids.flatMap((id) => fleet.store.run(id) ?? []);
  const [refusal] = refusals;
  if (refusal !== undefined && (runs.length === 0 || onRefused === undefined)) throw refusal;
  if (refusal !== undefined) onRefused?.(refusals);
  return runs;
}

/** A fleet as what trains the runs of a sweep. */
export function fleetForSweep(
  fleet: Fleet,
  watching: Omit<FleetWatching, "signal" | "endsEarly">,
): Elsewhere {
  const { hub, mirror } = fleet;
  return {
    async keep(name, definition, before) {
      await hub.keepSweep(name, definition, before);
      await mirror.refresh();
    },
    async train(plans, others, more) {
      // Others may ask for the same sweep, or have gone before its runs began.
      const ids = await hub.ask(plans.map(storedPlan), { once: true });
      const [refused] = await watch([...others, ...ids], fleet, { ...watching, ...more });
      if (refused !== undefined) throw new InputError(refused);
    },
  };
}

/** Waits until runs have ended; lines on those that never began. */
async function watch(
  ids: readonly string[],
  { hub, mirror, store }: Fleet,
  { onProgress, onLine, endsEarly, signal }: FleetWatching,
): Promise<string[]> {
  const waiting = new Set(ids);
  const shown = new Map<string, number>();
  const stopped = new Set<string>();
  const refused: string[] = [];
  let isGone = false;
  let isAlone = false;
  for (;;) {
    try {
      const tasks = await hub.tasks([...waiting]);
      await mirror.refresh();
      for (const { run: id, state, message } of tasks) {
        const run = store.run(id);
        const ended = state === "ended";
        if (run !== undefined && (ended || shown.get(id) !== run.iterations)) {
          if (!shown.has(id)) onProgress?.(progressOf(store, run, "started"));
          shown.set(id, run.iterations);
          onProgress?.(progressOf(store, run, ended ? "ended" : "report"));
        }
        if (!ended) {
          const reason = run && !stopped.has(id) ? endsEarly?.(run) : undefined;
          if (reason === undefined) continue;
          await hub.stop(id, reason);
          stopped.add(id);
          continue;
        }
        waiting.delete(id);
        if (run === undefined || message !== null) refused.push(`run ${id}: ${message}`);
      }
      for (const id of waiting.difference(new Set(tasks.map(({ run }) => run)))) {
        waiting.delete(id);
        refused.push(`run ${id} was not asked for here, or it was given up`);
      }
      const isNobody = waiting.size > 0 && await hub.workers(SEEN_SECONDS) === 0;
      if (isNobody && !isAlone) {
        onLine?.(
          `Nobody works for this store: deno task -q worker --store ${hub.location} on a machine begins`,
        );
      }
      isAlone = isNobody;
      if (isGone) onLine?.("The server is back");
      isGone = false;
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
      if (!isGone) onLine?.(`${error.message}; waiting for it`);
      isGone = true;
    }
    if (waiting.size === 0 || signal?.aborted) return refused;
    await new Promise<void>((next) => {
      const timer = setTimeout(next, 1000 * LOOK_SECONDS);
      signal?.addEventListener("abort", () => {
        clearTimeout(timer);
        next();
      }, { once: true });
    });
  }
}

function progressOf(store: Store, run: Run, kind: RunProgress["kind"]): RunProgress {
  const { iterations, environmentSteps, gradientSteps, examples, wallSeconds, manifest } = run;
  const unit = manifest.budgetUnit ?? "gradientSteps";
  const total = manifest.determined.configuration.budget as number;
  return {
    ...{ run, kind, wallSeconds },
    progress: { iterations, environmentSteps, gradientSteps, examples },
    budget: { unit, total },
    metrics: store.lastMetrics(run.id),
    ...(kind === "ended" && run.message !== null ? { message: run.message } : {}),
  };
}
