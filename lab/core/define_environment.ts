/**
 * Worlds from plain functions over plain state: what a newcomer writes, and the environment made
 * from it with seeds, time limit, checks, snapshot and restore.
 *
 * @module
 */
import type {
  BatchForm,
  Environment,
  EnvironmentDefinition,
  GoalEnding,
  Info,
  Observe,
  Outcome,
  ResetOptions,
  StepResult,
  Transition,
  TransitionTable,
} from "./environment.ts";
import { checkNames, didYouMean, InputError, unknownIn, unknownName } from "./errors.ts";
import { keptWorld, type Phase } from "./kept_world.ts";
import { MisfitError, requireKind } from "./misfit.ts";
import { checkOptions, checkSorts, type KnownFields, type KnownOptions } from "./options.ts";
import { firstNotJson, isPlain, isRecord, show } from "./plain.ts";
import { defaultRng, type Generator, type Seed } from "./random.ts";
import type { Scene } from "./scene.ts";
import type { Json } from "./snapshot.ts";
import type { Space } from "./space.ts";

/** What a definition has; the words of its goal stand below. */
const sorts: KnownFields<Omit<EnvironmentDefinition, "goal">> = {
  required: {
    id: "text",
    observationSpace: "object",
    actionSpace: "object",
    reset: "function",
    step: "function",
    observe: "function",
  },
  optional: {
    summary: "text",
    clipsActions: "boolean",
    timeLimit: "number",
    rewardThreshold: "number",
    resetOptions: "list",
    startInfo: "function",
    actionMask: "function",
    scene: "function",
    transitions: "function",
  },
};
const fields = { ...sorts.required, ...sorts.optional, goal: true };
/** How an episode may end that reached its goal. */
const goals: Readonly<Record<GoalEnding, true>> = { terminated: true, rewarded: true };
/** What a step of one returns; a row of a transition table may be it. */
const ofStep: Readonly<
  Record<keyof ReturnType<EnvironmentDefinition["step"]> | keyof Transition, true>
> = {
  state: true,
  reward: true,
  terminated: true,
  truncated: true,
  info: true,
  probability: true,
};
const ofReset: KnownOptions<NonNullable<Parameters<Environment["reset"]>[0]>> = {
  seed: true,
  options: true,
};
const noInfo: Info = Object.freeze({});
const noOptions: ResetOptions = Object.freeze({});

/**
 * Checks a world's definition and returns it.
 *
 * @throws InputError where the id has no version, the time limit is no whole number ≥ 1, the goal is
 * none that there is, a function or space is missing, a field is of another sort than it must be, or
 * none of a definition's.
 *
 * @example A corridor of five cells, walked to the right
 * ```ts
 * import { defineEnvironment, environmentOf } from "./define_environment.ts";
 * import { Discrete } from "./space.ts";
 * import { strictEqual } from "node:assert";
 *
 * const corridor = defineEnvironment({
 *   id: "Corridor-v0",
 *   observationSpace: new Discrete(5),
 *   actionSpace: new Discrete(2),
 *   timeLimit: 20,
 *   reset: () => 0,
 *   step: (cell: number, action: number) => {
 *     const next = Math.max(0, cell + (action === 1 ? 1 : -1));
 *     return { state: next, reward: next === 4 ? 1 : 0, terminated: next === 4 };
 *   },
 *   observe: (cell) => cell,
 * });
 * const env = environmentOf(corridor);
 * env.reset({ seed: 7 });
 * strictEqual(env.step(1).observation, 1);
 * ```
 */
export function defineEnvironment<State, Observation, Action>(
  definition: EnvironmentDefinition<State, Observation, Action>,
): EnvironmentDefinition<State, Observation, Action> {
  if (!isRecord(definition)) {
    throw new InputError(
      `Cannot define an environment as it must be an object: ${show(definition)}`,
    );
  }
  const { id, timeLimit, goal, rewardThreshold } = definition;
  if (typeof id !== "string" || !/^[A-Za-z0-9_.:/-]+-v\d+$/.test(id)) {
    throw new InputError(
      `Cannot define an environment as its id must end in a version, like "Corridor-v0": ${
        show(id)
      }`,
    );
  }
  checkNames(`define ${id}`, "field", definition, Object.keys(fields));
  for (const name of ["reset", "step", "observe"] as const) {
    if (typeof definition[name] !== "function") {
      throw new InputError(
        `Cannot define ${id} as ${name} must be a function: ${show(definition[name])}`,
      );
    }
  }
  for (const name of ["observationSpace", "actionSpace"] as const) {
    if (typeof definition[name]?.contains !== "function") {
      throw new InputError(
        `Cannot define ${id} as ${name} must be a space: ${show(definition[name])}`,
      );
    }
  }
  if (timeLimit !== undefined && !(Number.isInteger(timeLimit) && timeLimit >= 1)) {
    throw new InputError(
      `Cannot define ${id} as its time limit must be a whole number ≥ 1: ${show(timeLimit)}`,
    );
  }
  if (goal !== undefined && !Object.hasOwn(goals, goal)) {
    throw unknownName(`define ${id}`, "goal", String(goal), Object.keys(goals));
  }
  checkSorts<Omit<EnvironmentDefinition, "goal">>(`define ${id}`, definition, sorts);
  if (rewardThreshold !== undefined && !Number.isFinite(rewardThreshold)) {
    throw new InputError(
      `Cannot define ${id} as its rewardThreshold must be a finite number: ${rewardThreshold}`,
    );
  }
  return definition;
}

/**
 * An `observe` that shows what `into` writes: vectors of environments call `into` itself, with a row
 * of theirs, and allocate nothing.
 *
 * @param size Numbers of an observation: the length of its Box.
 * @param into Writes all of them into `out` from `offset` on.
 *
 * @example
 * ```ts
 * import { observeInto } from "./define_environment.ts";
 * import { deepStrictEqual } from "node:assert";
 *
 * const observe = observeInto(2, (angle: number, out, offset) => {
 *   out[offset] = Math.cos(angle);
 *   out[offset + 1] = Math.sin(angle);
 * });
 * deepStrictEqual(observe(0), Float32Array.of(1, 0));
 * ```
 */
export function observeInto<State>(
  size: number,
  into: NonNullable<Observe<State, Float32Array>["into"]>,
): Observe<State, Float32Array> {
  const observe = (state: State) => {
    const out = new Float32Array(size);
    into(state, out, 0);
    return out;
  };
  return Object.assign(observe, { into });
}

class DefinedEnvironment<State, Observation, Action> implements Environment<Observation, Action> {
  readonly id: string;
  readonly observationSpace: Space<Observation>;
  readonly actionSpace: Space<Action>;
  readonly timeLimit?: number;
  readonly rewardThreshold?: number;
  readonly goal?: GoalEnding;
  readonly scene?: () => Scene;
  readonly transitions?: () => TransitionTable;
  readonly actionMask?: (state?: State) => ArrayLike<number>;
  readonly clipsActions?: boolean;
  readonly #definition: EnvironmentDefinition<State, Observation, Action>;
  readonly #limit: number;
  readonly #outcome: Outcome = { reward: 0, terminated: false, truncated: false };
  #random: Generator | undefined;
  #state: State | undefined;
  #phase: Phase = "unstarted";
  #elapsed = 0;
  #info: Info = noInfo;
  /** Whether a step was looked at for fields that none has: the first one was. */
  #isKnown = false;

  constructor(
    definition: EnvironmentDefinition<State, Observation, Action>,
    readonly batch: BatchForm | undefined,
  ) {
    this.#definition = definition;
    this.id = definition.id;
    this.observationSpace = definition.observationSpace;
    this.actionSpace = definition.actionSpace;
    this.timeLimit = definition.timeLimit;
    this.rewardThreshold = definition.rewardThreshold;
    this.goal = definition.goal;
    this.clipsActions = definition.clipsActions;
    this.#limit = definition.timeLimit ?? Infinity;
    if (definition.scene !== undefined) this.scene = () => definition.scene!(this.#present("draw"));
    if (definition.actionMask !== undefined) {
      const act = "read the action mask of";
      this.actionMask = (state = this.#present(act)) => definition.actionMask!(state);
    }
    if (definition.transitions !== undefined) this.transitions = definition.transitions;
  }

  reset(
    options?: { seed?: Seed; options?: ResetOptions },
  ): { observation: Observation; info: Info } {
    if (options !== undefined) checkOptions(`reset ${this.id}`, options, ofReset);
    const seed = options?.seed;
    if (seed !== undefined && typeof seed !== "number" && typeof seed !== "bigint") {
      throw new InputError(
        `Cannot reset ${this.id} as the seed must be a whole number ≥ 0: ${show(seed)}`,
      );
    }
    const chosen = options?.options === undefined ? noOptions : this.#checked(options.options);
    if (seed !== undefined || this.#random === undefined) this.#random = defaultRng(seed ?? 0);
    this.#state = this.#definition.reset(this.#random, chosen);
    this.#elapsed = 0;
    this.#phase = "running";
    const info = this.#definition.startInfo?.(this.#state) ?? {};
    return { observation: this.#observe("reset"), info };
  }

  step(action: Action): StepResult<Observation> {
    const { reward, terminated, truncated } = this.#advance(action);
    const observation = this.#observe("step");
    return { observation, reward, terminated, truncated, info: this.#info };
  }

  stepInto(action: Action, out: Float32Array, offset: number): Outcome {
    const outcome = this.#advance(action);
    const { observe } = this.#definition;
    if (observe.into !== undefined) observe.into(this.#state!, out, offset);
    else this.observationSpace.flatten(this.#observe("step"), out, offset);
    return outcome;
  }

  #observe(call: "reset" | "step"): Observation {
    return requireKind(this, this.#definition.observe(this.#state!), call);
  }

  #advance(action: Action): Outcome {
    if (this.#phase !== "running") throw this.#notRunning(action);
    if (!this.actionSpace.contains(action) && !this.#clips(action)) {
      throw new InputError(
        `Cannot step ${this.id} as the action must lie in ${this.actionSpace}: ${show(action)}`,
      );
    }
    const next = this.#definition.step(this.#state!, action, this.#random!);
    if (
      typeof next?.reward !== "number" || typeof next.terminated !== "boolean" ||
      (next.truncated !== undefined && typeof next.truncated !== "boolean")
    ) throw this.#misstep(next);
    if (!this.#isKnown) {
      this.#requireKnown(next);
      this.#isKnown = true;
    }
    this.#state = next.state;
    this.#info = next.info ?? noInfo;
    this.#elapsed++;
    const outcome = this.#outcome;
    outcome.reward = next.reward;
    outcome.terminated = next.terminated;
    outcome.truncated = next.truncated === true || this.#elapsed >= this.#limit;
    if (outcome.terminated) this.#phase = "terminated";
    else if (outcome.truncated) this.#phase = "truncated";
    return outcome;
  }

  #checked(options: ResetOptions): ResetOptions {
    if (!isRecord(options)) {
      throw new InputError(
        `Cannot reset ${this.id} as its options must be numbers by name: ${show(options)}`,
      );
    }
    checkNames(`reset ${this.id}`, "reset option", options, this.#definition.resetOptions ?? []);
    for (const [name, value] of Object.entries(options)) {
      if (!Number.isFinite(value)) {
        throw new InputError(
          `Cannot reset ${this.id} as ${name} must be a finite number: ${show(value)}`,
        );
      }
    }
    return options;
  }

  #clips(action: unknown): boolean {
    return this.#definition.clipsActions === true && action instanceof Float32Array &&
      action.length === this.actionSpace.flatSize && action.every(Number.isFinite);
  }

  /** The present state, to act on: there is none before the first reset. */
  #present(act: string): State {
    if (this.#phase === "unstarted") {
      throw new InputError(`Cannot ${act} ${this.id} as no episode was started: call reset first`);
    }
    return this.#state!;
  }

  #misstep(next: Readonly<Partial<Record<keyof Outcome, unknown>>> | undefined) {
    const [found, mend] = typeof next !== "object" || next === null
      ? [`step returns ${show(next)}`, "return { state, reward, terminated }"]
      : typeof next.reward !== "number"
      ? [`the reward of step is ${show(next.reward)}`, "return a finite number as reward"]
      : typeof next.terminated !== "boolean"
      ? [`terminated of step is ${show(next.terminated)}`, "return true or false as terminated"]
      : [`truncated of step is ${show(next.truncated)}`, "return true or false as truncated"];
    return new MisfitError(`step ${this.id}`, "step", found, mend);
  }

  /** What is made by a class may have more than is asked of it. */
  #requireKnown(next: object): void {
    const known = Object.keys(ofStep);
    const unknown = isPlain(next) ? unknownIn(next, known) : undefined;
    if (unknown === undefined) return;
    const found = `step returns ${unknown}${didYouMean(unknown, known, 1)}`;
    throw new MisfitError(
      `step ${this.id}`,
      "step",
      found,
      "return { state, reward, terminated, truncated, info }",
    );
  }

  #notRunning(action: unknown): InputError {
    const why = this.#phase === "unstarted"
      ? "no episode was started"
      : `its episode was ${this.#phase} at step ${this.#elapsed}`;
    return new InputError(`Cannot step ${this.id} as ${why}, call reset first: ${show(action)}`);
  }

  snapshot(): Json {
    const state = this.#state ?? null;
    const wrong = firstNotJson(state, "state");
    if (wrong !== undefined) {
      throw new InputError(`Cannot snapshot ${this.id} as its state must be plain JSON: ${wrong}`);
    }
    return structuredClone({
      world: this.id,
      state: state as Json,
      random: this.#random?.snapshot() ?? null,
      phase: this.#phase,
      elapsed: this.#elapsed,
    });
  }

  restore(snapshot: Json): void {
    const { state, random, phase, elapsed } = structuredClone(keptWorld(this.id, snapshot));
    this.#random = undefined;
    if (random !== null) {
      this.#random = defaultRng(0);
      this.#random.restore(random);
    }
    this.#state = phase === "unstarted" ? undefined : state as State;
    this.#phase = phase;
    this.#elapsed = elapsed;
  }
}

/**
 * The environment of a definition. Seeds work as Gymnasium's: `reset({ seed })` makes a new
 * `defaultRng(seed)`, `reset()` goes on with the one there is (the first takes seed 0).
 *
 * @param batch The same world for many rows at once, to the same bits; left out: one by one.
 * @throws InputError as {@linkcode defineEnvironment} does.
 */
export function environmentOf<State, Observation, Action>(
  definition: EnvironmentDefinition<State, Observation, Action>,
  batch?: BatchForm,
): Environment<Observation, Action> {
  return new DefinedEnvironment(defineEnvironment(definition), batch);
}
