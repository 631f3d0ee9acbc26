/**
 * What the runs of a report show: how the policy of an agent plays, and what a model drew last.
 *
 * @module
 */
import { loadPolicy } from "../../agents/policy.ts";
import type { Environment } from "../../lab/core/environment.ts";
import { InputError } from "../../lab/core/errors.ts";
import { isLive, LIVE_PACE, TURN_PACE } from "../../lab/core/pace.ts";
import { deriveSeed } from "../../lab/core/random.ts";
import { isFinished } from "../../lab/experiment/comparison.ts";
import type { Registries } from "../../lab/experiment/registries.ts";
import { registeredWorld } from "../../lab/experiment/return_scale.ts";
import type { Run, Store } from "../../lab/store/store.ts";
import { Policies } from "../../web/policies.ts";
import { type Act, type Drawn, drawsActions, episodeOf, type Frame } from "../episode.ts";
import { figure } from "../terminal/format.ts";
import { encodeRecording } from "../play_recording.ts";
import type { Picture } from "./blocks.ts";

/** Frames of a film, at most: of a longer episode every second one, every third … */
const MOST_FRAMES = 100;
/** Steps of a film's episode, at most. */
const MOST_STEPS = 500;
/** The longer side of a film in pixels. */
const FILM_SIDE = 200;

/** What a picture is of. */
export interface Shown {
  /** By which tables name the group. */
  readonly letter: string;
  readonly runs: readonly Run[];
}

/**
 * A film of each group of agents, of its first seed that came to a result, and the last picture of each seed of models.
 * Those that left none, whose world draws nothing or is a user's own, have none.
 *
 * @param file What the names of the pictures' files begin with.
 */
export async function picturesOf(
  store: Store,
  groups: readonly Shown[],
  registries: Registries,
  file: string,
): Promise<Picture[]> {
  const policies = new Policies(store);
  const pictures: Picture[] = [];
  for (const { letter, runs } of groups) {
    const filmed = runs.find(isFinished);
    const film = filmed && await filmOf(filmed, policies, registries);
    const seedOf = (run: Run) => run.manifest.determined.seed;
    if (film !== undefined) {
      const { bytes, text } = film;
      const label = `${letter}, seed ${seedOf(filmed!)}: ${text}`;
      pictures.push({ file: `${file}-${letter}.gif`, mediaType: "image/gif", bytes, text: label });
    }
    for (const run of runs) {
      const last = await lastPicture(store, run);
      if (last === undefined) continue;
      const name = `${file}-${letter}-${seedOf(run)}.png`;
      const text = `${letter}, seed ${seedOf(run)}: ${last.name}`;
      pictures.push({ file: name, mediaType: "image/png", bytes: last.bytes, text });
    }
  }
  return pictures;
}

/** The newest picture of the name that a run draws most. */
async function lastPicture(
  store: Store,
  { id }: Run,
): Promise<{ name: string; bytes: Uint8Array } | undefined> {
  const drawn = store.artifacts(id).filter(({ mediaType }) => mediaType === "image/png");
  const [first] = drawn;
  if (first === undefined) return undefined;
  const { name, hash } = drawn.findLast(({ name }) => name === first.name)!;
  return { name, bytes: await store.readArtifact(hash) };
}

/** An episode of a run's greedy policy as a GIF, and what came of it. */
async function filmOf(
  run: Run,
  policies: Policies,
  registries: Registries,
): Promise<{ bytes: Uint8Array; text: string } | undefined> {
  const { configuration, seed } = run.manifest.determined;
  const world = registeredWorld(configuration, registries);
  const environment: Environment | undefined = world?.entry.make(world.options);
  if (environment?.scene === undefined) return undefined;
  try {
    const policy = loadPolicy(await policies.of(run, "final"));
    const act: Act = (observation, { actionMask }) =>
      policy.act(observation, policy.masked ? { actionMask } : {});
    const start = deriveSeed(BigInt(seed), "report");
    const frames: Frame[] = [];
    for await (const frame of episodeOf(act, environment as Drawn, start)) {
      frames.push(frame);
      if (frame.length === MOST_STEPS) break;
    }
    const every = Math.ceil(frames.length / MOST_FRAMES);
    const scenes = frames.filter((_, i) => i % every === 0).map(({ scene }) => scene);
    const pace = (isLive(environment) ? LIVE_PACE : TURN_PACE) / Math.min(every, 2);
    const bytes = await encodeRecording("gif", scenes, pace, FILM_SIDE);
    const { episodeReturn, length } = frames.at(-1)!;
    const how = drawsActions(run) ? " by its best actions" : "";
    return { bytes, text: `return ${figure(episodeReturn)} after ${length} steps${how}` };
  } catch (error) {
    if (error instanceof InputError) return undefined; // its agent makes no policy
    throw error;
  } finally {
    environment.close?.();
  }
}
