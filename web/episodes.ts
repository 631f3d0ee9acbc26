/**
 * Episodes of a policy in its world, a step at a time, forwards and backwards, with what a hand does
 * to them: pushes, other constants, delayed and noisy senses. The same acts on the same seed give
 * the same bits.
 *
 * @module
 */
import { type EpisodeEnd, longestOf } from "../agents/trainers/evaluated_episodes.ts";
import type { Environment } from "../lab/core/environment.ts";
import { type Generator, streamOf } from "../lab/core/random.ts";
import type { Json } from "../lab/core/snapshot.ts";
import { Box } from "../lab/core/space.ts";
import type { ActOptions } from "../lab/core/trainer.ts";

/** What acts: see `Policy` in agents/policy.ts. */
export interface Actor {
  /** Whether it acts within the world's action masks. */
  readonly masked: boolean;
  /** What the last action was the best of; undefined: it keeps none. */
  readonly scores?: Float32Array;
  /** What it takes the last observation to be worth; undefined: it does not say. */
  readonly value?: number;
  act(observation: unknown, options?: Pick<ActOptions, "actionMask">): unknown;
  reset(): void;
}

/** Where the play stands. */
export interface Standing {
  /** From 1. */
  readonly episode: number;
  readonly seed: number;
  /** Steps and return of this episode so far. */
  readonly steps: number;
  readonly episodeReturn: number;
  /** How it ended; null while it goes on. */
  readonly end: EpisodeEnd | null;
  /** The step at which a hand or another setting first changed it; null: it is the policy's own. */
  readonly touched: number | null;
  /** How many of the policy's own episodes have ended, and the sum of their returns. */
  readonly ended: number;
  readonly sum: number;
}

/** What stands between the world and what acts in it. */
export interface Senses {
  /** Steps by which an action comes late. */
  readonly latency: number;
  /** Standard deviation of what is added to an observation, as a share of its range, or of 1. */
  readonly noise: number;
}

/** Senses as the policy was trained with. */
export const clear: Senses = { latency: 0, noise: 0 };

/** A moment of an episode, to be gone back to. */
interface Moment {
  readonly world: Json;
  readonly observation: unknown;
  readonly noise: Json;
  readonly standing: Standing;
}

/** A step that was made: the moment before it, what was seen and done. */
interface Made extends Moment {
  readonly seen: unknown;
  /** What was chosen, which with latency is done later. */
  readonly choice: unknown;
  readonly action: unknown;
  readonly scores: Float32Array | undefined;
  readonly value: number | undefined;
  readonly reward: number;
}

/** Plays one episode after the other, the first from seed 0, each next one from the next seed. */
export class Episodes {
  #environment: Environment;
  readonly #longest: number;
  #observation: unknown;
  #standing: Standing = nothing;
  #actor: Actor;
  /** What acts from the next episode on. */
  #next: Actor;
  /** The steps of this episode, also those ahead of where it was taken back to. */
  #made: Made[] = [];
  /** Where the steps end. */
  #front: Moment | undefined;
  #senses = clear;
  #noise: Generator = streamOf(0, "noise");
  /** The world's constants are not its own. */
  #isOther = false;
  /** The memory of the actor is that of a later step. */
  #isBehind = false;

  /**
   * @param observe What a state of the world looks like; without it no hand can change one.
   * @param episodeLimit As of {@linkcode longestOf}, by which an evaluation ends its episodes, too.
   */
  constructor(
    environment: Environment,
    actor: Actor,
    private readonly observe?: (state: Json) => unknown,
    episodeLimit?: number,
  ) {
    this.#environment = environment;
    this.#longest = longestOf(environment, episodeLimit);
    this.#actor = actor;
    this.#next = actor;
    this.begin();
  }

  get environment(): Environment {
    return this.#environment;
  }

  get standing(): Standing {
    return this.#standing;
  }

  /** Steps that this episode can be taken to. */
  get length(): number {
    return this.#made.length;
  }

  /** What each action was the best of, step by step; −∞ for one that the world's mask forbade. */
  get scores(): readonly (Float32Array | undefined)[] {
    return this.#made.map(({ scores }) => scores);
  }

  /** What it took each step to be worth, and what each brought. */
  get worths(): readonly Pick<Made, "value" | "reward">[] {
    return this.#made;
  }

  /** What the steps that were made lead to: null, if they lead to no end yet. */
  get end(): Standing["end"] {
    const isFront = this.#standing.steps === this.length;
    return (isFront ? this.#standing : this.#front?.standing)?.end ?? null;
  }

  /** Actions, step by step. */
  get actions(): readonly unknown[] {
    return this.#made.map(({ action }) => action);
  }

  /** What was seen of the world until now, step by step. */
  get seen(): readonly unknown[] {
    const before = this.#made.slice(0, this.#standing.steps);
    return [...before.map(({ observation }) => observation), this.#observation];
  }

  /** Another policy acts from the next episode on; with it they count from 1 again. */
  follow(actor: Actor): void {
    this.#next = actor;
  }

  /** Leaves this episode for one of a seed, the next one where none is given. */
  begin(seed?: number): void {
    const isNew = this.#next !== this.#actor;
    this.#actor = this.#next;
    const { episode, ended, sum, seed: last } = isNew ? nothing : this.#standing;
    const own = seed ?? last + 1;
    this.#observation = this.#environment.reset({ seed: own }).observation;
    this.#actor.reset();
    this.#made = [];
    this.#front = undefined;
    this.#isBehind = false;
    this.#noise = streamOf(own, "noise");
    const touched = this.#isChanged ? 0 : null;
    this.#standing = { ...nothing, episode: episode + 1, seed: own, touched, ended, sum };
  }

  /** One step; after an end the next episode begins instead. */
  step(): void {
    if (this.#standing.end !== null) return this.begin();
    this.#forget();
    // One that was taken back to before the change is changed from here on.
    if (this.#isChanged) this.#mark();
    const { steps, episodeReturn, ended, sum, touched } = this.#standing;
    const environment = this.#environment;
    const actionMask = this.#actor.masked ? environment.actionMask?.() : undefined;
    const moment = this.#moment();
    const seen = this.#sensed();
    const choice = this.#actor.act(seen, actionMask === undefined ? {} : { actionMask });
    const scores = allowedScores(this.#actor.scores, actionMask);
    const { value } = this.#actor;
    const action = this.#delayed(choice);
    const { observation, reward, terminated, truncated } = environment.step(action);
    this.#made.push({ ...moment, seen, choice, action, scores, value, reward });
    this.#observation = observation;
    const gained = episodeReturn + reward;
    const isCut = steps + 1 >= this.#longest;
    const now = terminated ? "terminated" : truncated ? "truncated" : isCut ? "cut" : null;
    const counts = now !== null && touched === null;
    this.#standing = {
      ...this.#standing,
      steps: steps + 1,
      episodeReturn: gained,
      end: now,
      ended: counts ? ended + 1 : ended,
      sum: counts ? sum + gained : sum,
    };
  }

  /** Takes the episode to one of its steps, as it stood there. Nothing where the world keeps none. */
  goTo(step: number): void {
    if (this.#environment.restore === undefined) return;
    const target = Math.max(0, Math.min(this.length, Math.round(step)));
    if (target === this.#standing.steps) return;
    if (this.#standing.steps === this.length) this.#front = this.#moment();
    const { world, observation, noise, standing } = this.#made[target] ?? this.#front!;
    this.#environment.restore(world);
    this.#observation = observation;
    this.#noise.restore(noise);
    this.#standing = standing;
    this.#isBehind = true;
  }

  /**
   * Changes the world's state by hand; the episode does not count from then on. Nothing where it has
   * ended, or the world cannot be observed in another state.
   */
  touch(change: (state: Json) => Json): void {
    if (this.#standing.end !== null || this.observe === undefined) return;
    this.#forget();
    const snapshot = this.#environment.snapshot!() as { readonly [key: string]: Json };
    const state = change(snapshot.state);
    this.#environment.restore!({ ...snapshot, state });
    this.#observation = this.observe(state);
    this.#mark();
  }

  /** Goes on in another world from the same state; `isOther`: its constants are not the run's own. */
  enter(environment: Environment, isOther: boolean): void {
    environment.restore!(this.#environment.snapshot!());
    this.#environment = environment;
    this.#isOther = isOther;
    this.#forget();
    if (this.#standing.end === null && isOther) this.#mark();
  }

  get senses(): Senses {
    return this.#senses;
  }

  /** Other senses from the next step on. */
  set senses(senses: Senses) {
    this.#senses = senses;
    this.#forget();
    if (this.#standing.end === null && this.#isChanged) this.#mark();
  }

  get #isChanged(): boolean {
    return this.#isOther || this.#senses.latency > 0 || this.#senses.noise > 0;
  }

  #mark(): void {
    this.#standing = { ...this.#standing, touched: this.#standing.touched ?? this.#standing.steps };
  }

  #moment(): Moment {
    return {
      world: this.#environment.snapshot?.() ?? null,
      observation: this.#observation,
      noise: this.#noise.snapshot(),
      standing: this.#standing,
    };
  }

  /** Leaves the steps ahead, and lets an actor with memory see again what led here. */
  #forget(): void {
    if (!this.#isBehind) return;
    this.#isBehind = false;
    this.#made.length = this.#standing.steps;
    this.#actor.reset();
    for (const { seen } of this.#made) this.#actor.act(seen);
  }

  /** The action that arrives now: that of some steps ago, the first one until then. */
  #delayed(choice: unknown): unknown {
    const { steps } = this.#standing;
    const at = Math.max(0, steps - this.#senses.latency);
    return at === steps ? choice : this.#made[at].choice;
  }

  #sensed(): unknown {
    return sensed(this.#observation, this.#environment, this.#senses, this.#noise);
  }
}

/** A copy of an action's scores, −∞ for each that a mask forbids. */
function allowedScores(
  scores: Float32Array | undefined,
  mask: ArrayLike<number> | undefined,
): Float32Array | undefined {
  return scores?.map((score, action) => mask?.[action] === 0 ? -Infinity : score);
}

/** An observation with noise, within its space. */
export function sensed(
  observation: unknown,
  { observationSpace: space }: Environment,
  { noise }: Senses,
  random: Generator,
): unknown {
  if (noise === 0 || !(space instanceof Box)) return observation;
  return (observation as Float32Array).map((value, i) => {
    const [low, high] = [space.low[i], space.high[i]];
    const range = Number.isFinite(high - low) ? high - low : 1;
    return Math.min(high, Math.max(low, value + noise * range * random.normal()));
  });
}

const nothing: Standing = {
  episode: 0,
  seed: -1,
  steps: 0,
  episodeReturn: 0,
  end: null,
  touched: null,
  ended: 0,
  sum: 0,
};
