/**
 * Who plays in the page: the policy that was chosen, and who plays beside it.
 *
 * @module
 */
import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Policy } from "../../agents/policy.ts";
import type { Constants } from "../../envs/tunable.ts";
import type { Environment } from "../../lab/core/environment.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import { reasonOf } from "../ask.ts";
import type { KeptPolicy } from "../contents.ts";
import type { Episodes } from "../episodes.ts";
import { figure, momentWords } from "../format.ts";
import { actionsIn, type Grid, gridOf, policyValues } from "../grid_map.ts";
import { reconnections } from "../live.ts";
import { beginTogether } from "../side_by_side.ts";
import { episodesOf, fetchPolicy, Hand, opened, type PlayedWorld } from "./world.ts";

/** Who plays beside the policy: nobody, a person, or the policy of a checkpoint. */
export type Beside = "nobody" | "keys" | number;

/** What of a run says how it is played. */
interface Played {
  readonly run: string;
  readonly world: PlayedWorld;
  /** Of an agent of tables: see `longestOf`. */
  readonly episodeLimit?: number;
}

/** What the page plays. */
export interface Playing {
  /** What plays: until its file has come, not yet what is chosen. */
  readonly kept: KeptPolicy;
  readonly episodes: Episodes;
  readonly policy: Policy;
  readonly bytes: Uint8Array;
  readonly grid: Grid | undefined;
  /** In a world of cells: what the policy does in each, and what it is worth from there on. */
  readonly actions: Int32Array | undefined;
  readonly values: Float64Array | undefined;
}

/**
 * The episodes of the chosen policy. A newer one, as training goes on, waits for the end of an
 * episode; one that was chosen does not.
 */
export function useEpisodes(
  { run, world, gamma, episodeLimit }: Played & { readonly gamma: number },
  chosen: KeptPolicy | undefined,
  isWanted: boolean,
  problem: Signal<string>,
  show: () => void,
): Playing | undefined {
  const playing = useSignal<Playing | undefined>(undefined);
  const loaded = useRef("");
  useEffect(() => {
    const own = `${run} ${chosen?.id}`;
    if (chosen === undefined || loaded.current === own) return;
    const controller = new AbortController();
    const load = async () => {
      const bytes = await fetchPolicy(run, chosen.id, controller.signal);
      controller.signal.throwIfAborted(); // an exported page goes on reading
      const policy = opened(bytes);
      const before = playing.peek();
      const episodes = before?.episodes ?? episodesOf(world, policy, episodeLimit);
      if (before !== undefined) {
        episodes.follow(policy);
        if (isWanted) episodes.begin(episodes.standing.seed);
      }
      const grid = gridOf(episodes.environment);
      const actions = grid && actionsIn(grid.table, opened(bytes), begun(world));
      const values = grid && policyValues(grid.table, actions!, gamma);
      playing.value = { kept: chosen, episodes, policy, bytes, grid, actions, values };
      loaded.current = own;
      problem.value = "";
      show();
    };
    load().catch((error) => {
      if (!controller.signal.aborted) problem.value = reasonOf(error);
    });
    return () => controller.abort();
  }, [run, chosen?.id, reconnections.value]);
  return playing.value;
}

/** A world of its own, at the beginning of an episode. */
function begun(world: PlayedWorld): Environment {
  const environment = world.make();
  environment.reset({ seed: 0 });
  return environment;
}

/** Who plays beside it. */
export interface Other {
  readonly episodes: Episodes;
  readonly title: string;
  readonly hand?: Hand;
}

export function useBeside(
  { run, world, episodeLimit }: Played,
  beside: Beside,
  policies: readonly KeptPolicy[],
  main: Playing | undefined,
  isWanted: boolean,
  values: Signal<Constants | undefined>,
  problem: Signal<string>,
  show: () => void,
): Other | undefined {
  const other = useSignal<Other | undefined>(undefined);
  const loaded = useRef<unknown[]>([]);
  useEffect(() => {
    const own = [run, beside, main?.episodes];
    if (own.every((each, i) => each === loaded.current[i])) return;
    loaded.current = [];
    other.value = undefined;
    if (beside === "nobody" || main === undefined) return;
    const controller = new AbortController();
    const { signal } = controller;
    const load = async () => {
      const hand = beside === "keys" ? new Hand(world.make()) : undefined;
      const actor = hand ?? opened(await fetchPolicy(run, beside as number, signal));
      signal.throwIfAborted();
      const kept = policies.find(({ id }) => id === beside);
      const episodes = episodesOf(world, actor, episodeLimit);
      // As they stand now that its file is there.
      const constants = values.peek();
      if (constants !== undefined) episodes.enter(world.make(constants), true);
      episodes.senses = main.episodes.senses;
      const title = kept === undefined ? "you" : titleOf(kept);
      beginTogether([main.episodes, episodes], main.episodes.standing.seed);
      other.value = { episodes, title, hand };
      loaded.current = own;
      problem.value = "";
      show();
    };
    load().catch((error) => {
      if (!signal.aborted) problem.value = reasonOf(error);
    });
    return () => controller.abort();
  }, [run, beside, main?.episodes, reconnections.value]);
  useEffect(() => {
    if (!isWanted || main === undefined || other.peek() === undefined) return;
    // Who was chosen has begun anew.
    beginTogether([main.episodes, other.peek()!.episodes], main.episodes.standing.seed);
    show();
  }, [main?.kept.id]);
  return other.value;
}

/** The episodes that are stepped together. */
export function playersOf(main: Playing, other: Other | undefined): Episodes[] {
  return other === undefined ? [main.episodes] : [main.episodes, other.episodes];
}

/** How the other one stands. */
export function told({ title, episodes: { standing: { episodeReturn, end } } }: Other): string {
  return `${title}: return ${figure(episodeReturn)}${end === null ? "" : `, ${end}`}`;
}

const titles = { final: "final", best: "best", last: "on the way" } as const;

export function titleOf({ kind, iteration }: KeptPolicy): string {
  return `${titles[kind]}, ${momentWords(iteration)}`;
}

/** Counts the state that the episode stands in, in a world of cells. */
export function countVisit(
  visits: { current?: Float64Array },
  { episodes, grid }: Playing,
): void {
  if (grid === undefined) return;
  visits.current ??= new Float64Array(grid.table.length);
  const state = stateIn(episodes);
  if (state !== undefined) visits.current[state]++;
}

/** The state that an episode in a world of cells stands in. */
export function stateIn({ environment }: Episodes): number | undefined {
  const { state } = environment.snapshot!() as { state?: Json };
  return typeof state === "number" ? state : undefined;
}
