/**
 * What the page of a run shows beside its series, from its record.
 *
 * @module
 */
import { environments } from "../envs/mod.ts";
import { evaluatedRandom, randomWords, returnScale } from "../lab/experiment/return_scale.ts";
import type { Run } from "../lab/store/store.ts";
import type { Level } from "./components/plot_options.ts";
import { figure } from "./format.ts";
import { isInOwnWorld, ownCodeOf } from "./own/code.ts";
import type { PlayerProps } from "./player/player.tsx";
import type { WorldOf } from "./player/world.ts";

/** What returns in the run's world are held against. */
export function levelsOf({ manifest }: Run): Level[] {
  const scale = returnScale(manifest.determined.configuration, { environments });
  if (scale === undefined) return [];
  const { threshold, random } = scale;
  const mean = random && evaluatedRandom(random).mean;
  return [
    ...(threshold === undefined ? [] : [{ y: threshold, label: `solved at ${figure(threshold)}` }]),
    ...(mean === undefined ? [] : [{ y: mean, label: `${randomWords(scale)} ${figure(mean)}` }]),
  ];
}

/**
 * What the player is told of a run; undefined where it has no world.
 *
 * @param code Where the run's world stands in a user's file, that file's.
 */
export function playerOf(
  run: Run,
  code = ownCodeOf(run),
): Omit<PlayerProps, "contents"> | undefined {
  const { configuration, seed } = run.manifest.determined;
  const { agent, environment: world, evaluation } = configuration as {
    agent?: { name?: string; gamma?: number; episodeLimit?: number };
    environment?: WorldOf | null;
    evaluation?: { episodes?: number };
  };
  // A loop of the user's own may have logged anything, null as well.
  if (typeof world?.id !== "string") return undefined;
  const { name = "", gamma = 1, episodeLimit } = agent ?? {};
  const own = isInOwnWorld(run) ? code : undefined;
  const episodes = evaluation?.episodes ?? 100;
  const limit = episodeLimit === undefined ? {} : { episodeLimit };
  return { run: run.id, agent: name, seed, world, gamma, episodes, ...limit, ...own && { own } };
}
