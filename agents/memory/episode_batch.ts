/**
 * Whole episodes: each of N environments plays one from its start to its end under one policy, and
 * an environment whose episode is over waits for the others. So no episode is cut by an update and
 * short ones count no more often than long ones.
 *
 * @module
 */
import { copyActionMask } from "../../lab/core/action_mask.ts";
import type { Environment } from "../../lab/core/environment.ts";
import type { Generator, Seed } from "../../lab/core/random.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import {
  type ActionRows,
  actionRows,
  actionSize,
  ActionTranslator,
  maskLogits,
} from "../distributions/actions.ts";
import { distributionKinds } from "../distributions/mod.ts";
import type { PolicyDistribution } from "../distributions/policy_distribution.ts";
import { EpisodeWindow } from "../worlds/episodes.ts";
import type { ScoreProgram } from "../trainers/evaluation.ts";
import { requireFinite } from "../worlds/finite.ts";
import { environmentSeed, type WorldShape, worldShape } from "../worlds/world.ts";

/** How an environment's episode stands. */
export type Ending = "open" | "terminated" | "truncated";

/** N environments, their current episodes and the transitions of these in the order of time. */
export class EpisodeBatch {
  readonly shape: WorldShape;
  readonly episodes: EpisodeWindow;
  /** [N]: how each environment's episode ended. */
  readonly endings: Ending[];
  /** [N, D]: each environment's current or, after the end, final observation. */
  readonly lastObservations: Float32Array;
  /** Transitions held M. */
  transitions = 0;
  /** [capacity, D]; the first M rows count, here and below. */
  observations = new Float32Array(0);
  /** [capacity, K]. */
  actions: ActionRows;
  /** K. */
  readonly actionSize: number;
  /** [capacity, A] where actions are masked: what might be chosen. */
  masks: Uint8Array | undefined;
  /** [capacity]. */
  rewards = new Float64Array(0);
  /** [capacity]: index of the environment. */
  owners = new Int32Array(0);
  readonly #environments: Environment[];
  readonly #translator: ActionTranslator;

  /** [N, A]: what may be chosen next, where actions are masked. */
  readonly #allowed: Uint8Array | undefined;

  /** Makes and seeds the environments; `InputError` where their spaces do not fit. */
  constructor(
    agent: string,
    context: { readonly seed: Seed; makeEnvironment(): Environment },
    count: number,
    maskActions: boolean,
  ) {
    this.#environments = Array.from({ length: count }, () => context.makeEnvironment());
    this.shape = worldShape(agent, this.#environments[0], distributionKinds, maskActions);
    const { actionSpace, masked, flatActionSize } = this.shape;
    if (masked) {
      this.masks = new Uint8Array(0);
      this.#allowed = new Uint8Array(count * flatActionSize);
    }
    this.actions = actionRows(actionSpace, 0);
    this.actionSize = actionSize(actionSpace);
    this.#translator = new ActionTranslator(actionSpace, 1);
    this.episodes = new EpisodeWindow(count);
    this.endings = Array.from({ length: count }, () => "open");
    this.lastObservations = new Float32Array(count * this.shape.observationSize);
    this.#environments.forEach((environment, n) =>
      environment.reset({ seed: environmentSeed(context.seed, n) })
    );
  }

  /**
   * Plays one episode in every environment, sampling from the policy; stops after `limit`
   * environment steps, which leaves episodes open.
   *
   * @param actor Distribution inputs [N, P] for observations [N, D].
   * @returns Environment steps taken.
   */
  async collect(
    actor: ScoreProgram,
    distribution: PolicyDistribution,
    random: Generator,
    limit: number,
  ): Promise<number> {
    const count = this.#environments.length;
    const size = this.actionSize;
    const actions = actionRows(this.shape.actionSpace, count);
    const logProbabilities = new Float64Array(count);
    this.transitions = 0;
    this.#environments.forEach((environment, n) => this.#show(n, environment.reset().observation));
    this.endings.fill("open");
    while (this.transitions < limit && this.endings.includes("open")) {
      actor.input.observations.set(this.lastObservations);
      actor.run();
      this.#readMasks();
      const inputs = maskLogits(await actor.read("scores"), this.#allowed);
      distribution.sample(inputs, random, actions, logProbabilities);
      for (let n = 0; n < count && this.transitions < limit; n++) {
        if (this.endings[n] === "open") this.#step(n, actions.subarray(n * size, (n + 1) * size));
      }
    }
    this.episodes.abandon();
    return this.transitions;
  }

  /** Reads what may be chosen where episodes are open; elsewhere all counts as allowed. */
  #readMasks(): void {
    if (this.#allowed === undefined) return;
    const { actionSpace, flatActionSize: choices } = this.shape;
    this.#allowed.fill(1);
    this.#environments.forEach((environment, n) => {
      if (this.endings[n] !== "open") return;
      const mask = environment.actionMask!();
      copyActionMask(environment.id, actionSpace, mask, this.#allowed!, n * choices);
    });
  }

  #step(n: number, action: ActionRows): void {
    const { observationSize: width } = this.shape;
    this.#reserve(this.transitions + 1);
    const row = this.transitions;
    const observation = this.lastObservations.subarray(n * width, (n + 1) * width);
    this.observations.set(observation, row * width);
    this.actions.set(action, row * this.actionSize);
    const { flatActionSize: choices } = this.shape;
    this.masks?.set(this.#allowed!.subarray(n * choices, (n + 1) * choices), row * choices);
    this.owners[row] = n;
    const step = this.#environments[n].step(this.#translator.first(action));
    requireFinite(this.#environments[n].id, "rewards", [step.reward]);
    this.rewards[row] = step.reward;
    this.transitions += 1;
    this.#show(n, step.observation);
    if (step.terminated) this.endings[n] = "terminated";
    else if (step.truncated) this.endings[n] = "truncated";
    this.episodes.add(n, step.reward, this.endings[n] !== "open");
  }

  #show(n: number, observation: unknown): void {
    const { observationSpace, observationSize } = this.shape;
    const from = n * observationSize;
    observationSpace.flatten(observation, this.lastObservations, from);
    const row = this.lastObservations.subarray(from, from + observationSize);
    requireFinite(this.#environments[n].id, "observations", row);
  }

  /** Makes room for `count` transitions, doubling. */
  #reserve(count: number): void {
    if (count <= this.owners.length) return;
    const capacity = Math.max(1024, 2 * this.owners.length);
    const grow = <T extends ActionRows | Float64Array | Uint8Array>(grown: T, old: T): T => {
      grown.set(old);
      return grown;
    };
    const width = this.shape.observationSize;
    this.observations = grow(new Float32Array(capacity * width), this.observations);
    this.actions = grow(actionRows(this.shape.actionSpace, capacity), this.actions);
    if (this.masks !== undefined) {
      this.masks = grow(new Uint8Array(capacity * this.shape.flatActionSize), this.masks);
    }
    this.rewards = grow(new Float64Array(capacity), this.rewards);
    this.owners = grow(new Int32Array(capacity), this.owners);
  }

  /** Generators of the environments (each episode begins anew) and the window. */
  snapshot(): Json {
    return {
      environments: this.#environments.map((environment) => environment.snapshot?.() ?? null),
      episodes: this.episodes.snapshot(),
    };
  }

  /** Goes on from a snapshot; an environment that could not be kept goes on as it stands. */
  restore(snapshot: Json): void {
    const { environments, episodes } = snapshot as { environments: Json[]; episodes: Json };
    environments.forEach((kept, n) => {
      if (kept !== null) this.#environments[n].restore?.(kept);
    });
    this.episodes.restore(episodes);
  }
}
