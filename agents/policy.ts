/**
 * Trained policies as files: one safetensors file holds the weights, the compiled program that
 * turns an observation into an action, and what it needs to know of the world. It acts wherever
 * there is WebAssembly, without trainer, TensorFlow.js or the lab's compiler.
 *
 * @module
 */
import { givenActionMask } from "../lab/core/action_mask.ts";
import { InputError } from "../lab/core/errors.ts";
import type { Machine, RunningMachine } from "../lab/core/machine.ts";
import {
  describeMachine,
  encodeFile,
  type FileContent,
  type FileKind,
  openFile,
  runningMachine,
} from "../lab/core/machine_file.ts";
import { checkOptions } from "../lab/core/options.ts";
import { show } from "../lab/core/plain.ts";
import type { Json } from "../lab/core/snapshot.ts";
import { Box, Discrete, MultiDiscrete, type Space, Tuple } from "../lab/core/space.ts";
import type { NamedTensors } from "../lab/core/tensor_data.ts";
import type { ActOptions } from "../lab/core/trainer.ts";
import {
  type ActionRows,
  actionRows,
  type ActionSpace,
  ActionTranslator,
  bestActions,
  maskLogits,
} from "./distributions/actions.ts";
import { ActionScale } from "./distributions/action_scale.ts";
import { requireObservation } from "./worlds/finite.ts";
import { ObservationNormalizer } from "./worlds/normalizer.ts";

const FILE: FileKind = { name: "policy", key: "reverie.policy", format: 2 };

const ACTIONS = "actions";

/** What a policy file is made from. */
export interface PolicyParts {
  readonly observationSpace: Space;
  readonly actionSpace: ActionSpace;
  /**
   * From flat observations `observations` [1, D] to rows `scores` [1, P], see `bestActions`, and, where
   * the file is to value, `value` [1].
   */
  readonly machine?: Machine;
  /** Whether its rows lie in [−1, 1] and stand for the actions between a Box's bounds. */
  readonly scaled?: boolean;
  /** Whether it chose within action masks while it learned. */
  readonly masked?: boolean;
  /** In place of a machine: the action in each Discrete observation, counted from 0, [S]. */
  readonly table?: Int32Array;
  /** Moments that observations are normalised by. */
  readonly normalizer?: ObservationNormalizer;
  /** What a 1 of the machine's output `value` is in the world's own unit of rewards; default 1. */
  readonly valueUnit?: number;
}

/** The bytes of a policy file. `about` is free text by key, beside the policy. */
export function encodePolicy(
  parts: PolicyParts,
  about: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const { machine, table, normalizer } = parts;
  const program = machine && describeMachine(machine);
  const tensors: NamedTensors = { ...program?.tensors };
  if (table !== undefined) {
    tensors[ACTIONS] = { shape: [table.length], dtype: "int32", values: table };
  }
  const description = {
    observationSpace: describe(parts.observationSpace),
    actionSpace: describe(parts.actionSpace),
    normalizer: normalizer?.snapshot() ?? null,
    scaled: parts.scaled ?? false,
    masked: parts.masked ?? false,
    ...machine?.outputs.value && { valueUnit: parts.valueUnit ?? 1 },
    ...program && { program: program.description },
  };
  return encodeFile(FILE, { tensors, description, about });
}

/**
 * Opens a policy file, as `deno task -q experiment export RUN --format policy` and a trainer's
 * `exportPolicy` write it. Its program is run: open files of people whom you trust.
 *
 * @throws InputError where the bytes are no policy file, one of another format, or not as they were
 *   written.
 *
 * @example
 * ```ts ignore
 * const policy = loadPolicy(await Deno.readFile("policy.safetensors"));
 * const action = policy.act(observation);
 * ```
 */
export function loadPolicy(bytes: Uint8Array): Policy {
  return openFile(FILE, bytes, (content) => new Policy(content));
}

/** A trained policy that acts greedily. */
export class Policy {
  /** What it was trained to see. */
  readonly observationSpace: Space;
  /** What it chooses from. */
  readonly actionSpace: Discrete | MultiDiscrete | Box;
  /** Free text by key: `agent`, `environment`, `experiment`, `seed`, `run`, `digest`. */
  readonly about: Readonly<Record<string, string>>;
  /** Whether it learned within the world's action masks, and should be given them. */
  readonly masked: boolean;
  readonly #machine: RunningMachine | undefined;
  readonly #table: Int32Array | undefined;
  readonly #normalizer: ObservationNormalizer | undefined;
  readonly #scale: ActionScale | undefined;
  /** Undefined: the file does not value. */
  readonly #valueUnit: number | undefined;
  readonly #translator: ActionTranslator;
  readonly #actions: ActionRows;

  /** See {@linkcode loadPolicy}. */
  constructor({ tensors, description: { program, ...description }, about }: FileContent) {
    this.about = about;
    this.observationSpace = spaceOf(description.observationSpace);
    this.actionSpace = spaceOf(description.actionSpace) as ActionSpace;
    this.masked = description.masked === true;
    this.#table = tensors[ACTIONS]?.values as Int32Array | undefined;
    if (this.#table !== undefined) {
      requireTable(this.#table, this.observationSpace, this.actionSpace);
    }
    if (program !== undefined) {
      this.#machine = runningMachine(FILE, program, tensors, {
        inputs: { observations: this.observationSpace.flatSize },
        outputs: {
          scores: this.actionSpace.flatSize,
          ...description.valueUnit !== undefined && { value: 1 },
        },
      });
      this.#valueUnit = description.valueUnit as number | undefined;
    }
    if (description.normalizer !== null) {
      this.#normalizer = new ObservationNormalizer(this.observationSpace.flatSize);
      this.#normalizer.restore(description.normalizer);
    }
    if (description.scaled) {
      this.#scale = new ActionScale("the policy", "its world", this.actionSpace as Box);
    }
    this.#translator = new ActionTranslator(this.actionSpace, 1);
    this.#actions = actionRows(this.actionSpace, 1);
  }

  /**
   * The greedy action for one observation. A policy with memory goes on from the last one: see
   * {@linkcode reset}.
   *
   * @param options `actionMask`: 1 for each action that may be chosen (for MultiDiscrete the choices
   *   side by side), as the world's `actionMask()` says it; left out, every action may.
   * @throws InputError where the observation does not lie in `observationSpace`, or the mask does not
   *   fit the policy.
   */
  act(observation: unknown, options: Pick<ActOptions, "actionMask"> = {}): unknown {
    checkOptions<typeof options>("act", options, { actionMask: true });
    const { actionMask } = options;
    const { observationSpace } = this;
    requireObservation(observationSpace, observation);
    if (this.#machine !== undefined) {
      const flat = this.#machine.input("observations");
      observationSpace.flatten(observation, flat);
      this.#normalizer?.normalize(flat, flat);
      this.#machine.run();
      const scores = this.#machine.output("scores");
      const allowed = actionMask === undefined ? scores : this.#allowed(scores, actionMask);
      bestActions(this.actionSpace, allowed, this.#actions);
      this.#scale?.toEnvironment(this.#actions, this.#actions as Float32Array);
    } else {
      if (actionMask !== undefined) {
        this.#refuseMask("it is a table, which knows one action a state");
      }
      if (this.#table === undefined) {
        throw new InputError("Cannot act as this policy has neither a program nor a table");
      }
      const { start } = observationSpace as unknown as Discrete;
      this.#actions[0] = this.#table[observation as number - start];
    }
    return this.#translator.first(this.#actions);
  }

  /** Scores of which those of forbidden actions are the lowest. */
  #allowed(scores: Float32Array, actionMask: ArrayLike<number>): Float32Array {
    if (this.actionSpace.kind === "box") this.#refuseMask("its actions are measured, not chosen");
    const masks = givenActionMask("the world of this policy", this.actionSpace, actionMask);
    return maskLogits(scores.slice(), masks);
  }

  #refuseMask(reason: string): never {
    throw new InputError(`Cannot act within a mask as this policy takes none: ${reason}`);
  }

  /**
   * What the last action was the best of, [P]: logits or values of choices, the action itself where
   * it is measured. The next action overwrites it. Undefined: a table, which keeps none.
   */
  get scores(): Float32Array | undefined {
    const all = this.#machine?.output("scores");
    return this.actionSpace.kind === "box" ? all?.subarray(0, this.actionSpace.flatSize) : all;
  }

  /**
   * What the agent's critic took the last observation to be worth, as the discounted return from there
   * on, in the world's own unit: V(s), or Q(s, a) of the action. Undefined: the file was written without
   * the critic, or there is none.
   */
  get value(): number | undefined {
    if (this.#valueUnit === undefined) return undefined;
    return this.#machine!.output("value")[0] * this.#valueUnit;
  }

  /** Forgets what was seen: call it where an episode starts. Nothing without memory. */
  reset(): void {
    this.#machine?.restart();
  }
}

/** @throws InputError where the table has not one of the actions in each state. */
function requireTable(table: Int32Array, observations: Space, actions: ActionSpace): void {
  const [states, choices] = [observations, actions].map((space) =>
    space instanceof Discrete ? space.n : 0
  );
  if (table.length === states && table.every((action) => action >= 0 && action < choices)) return;
  throw new InputError(
    `Cannot load the policy as its table must have one of ${choices} actions in each of ${states} ` +
      `states: ${show(table)}`,
  );
}

/** A space as plain data. */
function describe(space: Space): Json {
  if (space instanceof Discrete) return { kind: space.kind, n: space.n, start: space.start };
  if (space instanceof MultiDiscrete) return { kind: space.kind, nvec: [...space.nvec] };
  if (space instanceof Tuple) return { kind: space.kind, spaces: space.spaces.map(describe) };
  const { kind, low, high, shape } = space as Box;
  return { kind, low: [...low], high: [...high], shape: [...shape] };
}

function spaceOf(described: Json): Space {
  const space = described as {
    kind: Space["kind"];
    n: number;
    start: number;
    nvec: number[];
    spaces: Json[];
    low: number[];
    high: number[];
    shape: number[];
  };
  switch (space.kind) {
    case "discrete":
      return new Discrete(space.n, space.start);
    case "multi-discrete":
      return new MultiDiscrete(space.nvec);
    case "tuple":
      return new Tuple(space.spaces.map(spaceOf));
    case "box":
      return new Box({ low: space.low, high: space.high, shape: space.shape });
  }
  throw new InputError(`Cannot load the policy as there is no such space: ${show(described)}`);
}
