/**
 * What the runs of a report show: how the policy of an agent plays, and what a model drew last.
 *
 * @module
 */
import { loadPolicy, type Policy } from "../../agents/policy.ts";
import type { Environment } from "../../lab/core/environment.ts";
import { InputError } from "../../lab/core/errors.ts";
import { isLive, LIVE_PACE, TURN_PACE } from "../../lab/core/pace.ts";
import { deriveSeed } from "../../lab/core/random.ts";
import type { Scene } from "../../lab/core/scene.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import type { Registries } from "../../lab/experiment/registries.ts";
import type { Run, Store } from "../../lab/store/store.ts";
import { Policies } from "../../web/policies.ts";
import type { Drawn } from "../episode.ts";
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
 * A film of each group of agents, of its first seed, and the last picture of each seed of models.
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
    const film = await filmOf(runs[0], policies, registries);
    const seedOf = (run: Run) => run.manifest.determined.seed;
    if (film !== undefined) {
      const { bytes, text } = film;
      const label = `${letter}, seed ${seedOf(runs[0])}: ${text}`;
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
  const environment = worldOf(run.manifest.determined.configuration, registries);
  if (environment === undefined) return undefined;
  try {
    const policy = loadPolicy(await policies.of(run, "final"));
    const { scenes, episodeReturn, length } = episodeOf(policy, environment, run);
    const every = Math.ceil(scenes.length / MOST_FRAMES);
    const frames = scenes.filter((_, i) => i % every === 0);
    const pace = (isLive(environment) ? LIVE_PACE : TURN_PACE) / Math.min(every, 2);
    const bytes = await encodeRecording("gif", frames, pace, FILM_SIDE);
    return { bytes, text: `return ${figure(episodeReturn)} after ${length} steps` };
  } catch (error) {
    if (error instanceof InputError) return undefined; // its agent makes no policy
    throw error;
  } finally {
    environment.close?.();
  }
}

/** The registered world of a configuration, where it draws itself. */
function worldOf(
  configuration: { readonly [key: string]: Json },
  { environments }: Registries,
): Drawn | undefined {
  if (configuration.environment === undefined) return undefined;
  const { id, own, ...given } = configuration.environment as Record<string, Json>;
  const entry = environments.find((each) => each.id === id);
  const options = own === true ? undefined : entry?.configuration.safeParse(given);
  if (!options?.success) return undefined; // a user's own, or of an earlier version
  const environment: Environment = entry!.make(options.data);
  return environment.scene === undefined ? undefined : environment as Drawn;
}

/** An episode by a policy, scene by scene, from a start that the run's seed says. */
function episodeOf(
  policy: Policy,
  environment: Drawn,
  { manifest: { determined: { seed } } }: Run,
): { scenes: Scene[]; episodeReturn: number; length: number } {
  let { observation } = environment.reset({ seed: deriveSeed(BigInt(seed), "report") });
  const scenes = [environment.scene()];
  let [episodeReturn, length, isOver] = [0, 0, false];
  while (!isOver && length < MOST_STEPS) {
    const actionMask = policy.masked ? environment.actionMask?.() : undefined;
    const result = environment.step(policy.act(observation, { actionMask }));
    ({ observation } = result);
    scenes.push(environment.scene());
    episodeReturn += result.reward;
    length++;
    isOver = result.terminated || result.truncated;
  }
  return { scenes, episodeReturn, length };
}
