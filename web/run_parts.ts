/**
 * What the page of a run shows beside its series, from its record.
 *
 * @module
 */
import { environments } from "../envs/mod.ts";
import { returnScale } from "../lab/experiment/return_scale.ts";
import type { Run } from "../lab/store/store.ts";
import type { Level } from "./components/plot_options.ts";
import { figure } from "./format.ts";
import type { PlayerProps } from "./player/player.tsx";
import type { WorldOf } from "./player/world.ts";

/** What returns in the run's world are held against. */
export function levelsOf({ manifest }: Run): Level[] {
  const scale = returnScale(manifest.determined.configuration, { environments });
  if (scale === undefined) return [];
  const { threshold, random } = scale;
  return [
    ...(threshold === undefined ? [] : [{ y: threshold, label: `solved at ${figure(threshold)}` }]),
    ...(random === undefined
      ? []
      : [{ y: random.mean, label: `random actions ${figure(random.mean)}` }]),
  ];
}

/** What the player is told of a run; undefined where it has no world that pages have. */
export function playerOf(run: Run): Omit<PlayerProps, "contents"> | undefined {
  const { configuration, seed } = run.manifest.determined;
  const { agent, environment: world, evaluation } = configuration as {
    agent?: { name?: string; gamma?: number };
    environment?: WorldOf;
    evaluation?: { episodes?: number };
  };
  // A page steps the worlds that are built into it.
  if (world === undefined || environments.every(({ id }) => id !== world.id)) return undefined;
  const { name = "", gamma = 1 } = agent ?? {};
  return { run: run.id, agent: name, seed, world, gamma, episodes: evaluation?.episodes ?? 100 };
}
