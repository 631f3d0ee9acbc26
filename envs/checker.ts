/**
 * The checker: examines anyone's environment and says how to mend what it finds.
 *
 * @module
 */
import { sampleAction } from "../lab/core/action_mask.ts";
import { decodeCanonicalJson, encodeCanonicalJson } from "../lab/core/canonical_json.ts";
import { environmentOf } from "../lab/core/define_environment.ts";
import type {
  Environment,
  EnvironmentDefinition,
  StepResult,
  TransitionTable,
} from "../lab/core/environment.ts";
import { isFlatPicture, pictureLayout } from "../lab/core/picture_space.ts";
import { InputError } from "../lab/core/errors.ts";
import { firstNotJson, isRecord, show } from "../lab/core/plain.ts";
import { defaultRng } from "../lab/core/random.ts";
import type { Json } from "../lab/core/snapshot.ts";
import { Box, Discrete, type Space, type Tuple } from "../lab/core/space.ts";
import { tableFault } from "../lab/core/transition_table.ts";
import { askedBeside } from "./checker_chance.ts";
import { sceneFault } from "./checker_scene.ts";
import { Examination, type Finding } from "./checker_examination.ts";
import { isEqual, wrongActions } from "./checker_values.ts";

export type { Finding } from "./checker_examination.ts";

/** So wide an axis of actions is ten times what an untrained policy draws from. */
const WIDE = 20;
/** Steps of random actions in which an episode is expected to end. */
const longestEpisode = 20_000;
/** Steps of a walk that is compared with another one: a prime, which no time limit divides. */
const walkLength = 199;
/** States of a walk that are drawn. */
const drawn = 20;
/** Steps, again a prime, and milliseconds that a part of a first look takes at most. */
const [firstSteps, firstMilliseconds] = [97, 200];

const chance =
  "take all chance from the generator that reset and step are given, never from Math.random, " +
  "the clock or a variable outside of the state";

const plainState = "keep the state plain JSON: numbers, strings, arrays";

/** How far a part looks. */
interface Reach {
  readonly steps?: number;
  readonly milliseconds?: number;
}

function checkId(env: Environment, examination: Examination): void {
  if (!/-v\d+$/.test(env.id)) {
    examination.error(
      "id",
      `the id ${show(env.id)} has no version`,
      'end it in a version, like "Corridor-v0"',
    );
  }
}

function checkSpaces(env: Environment, examination: Examination): void {
  const random = defaultRng(1);
  for (const part of ["observationSpace", "actionSpace"] as const) {
    const space = env[part];
    const sample = space.sample(random);
    if (!space.contains(sample)) {
      examination.error(
        "spaces",
        `a sample of the ${part} ${space} does not lie in it: ${show(sample)}`,
        "use Discrete, Box, MultiDiscrete or Tuple of the lab",
      );
    }
    if (space.flatSize === 0) {
      examination.error(
        "spaces",
        `the ${part} ${space} has no numbers`,
        "give it one at least: nothing can be learnt from none",
      );
    }
  }
  const picture = env.observationSpace.kind === "tuple"
    ? pictureIn(env.observationSpace)
    : undefined;
  if (picture !== undefined) {
    examination.warn(
      "spaces",
      `the picture ${picture} in the observationSpace passes no convolutions, as it is part of a Tuple`,
      "show it alone, or write a network body that convolves it (new body NAME)",
    );
  }
  const { actionSpace } = env;
  if (actionSpace.kind === "box" && /Infinity/.test(actionSpace.toString())) {
    examination.warn(
      "spaces",
      `the action space ${actionSpace} has no bounds`,
      "give it finite bounds: sac, td3 and ddpg scale their actions to them",
    );
  } else if (actionSpace instanceof Box && isOutOfReach(actionSpace)) {
    examination.warn(
      "spaces",
      `the action space ${actionSpace} is far from [-1, 1]: what ppo, a2c, reinforce and impala draw ` +
        "at first lies about 0, a deviation of 1 wide",
      "let actions go from -1 to 1 and stretch them in step, or wrap it with rescaleAction",
    );
  }
}

/** The first picture of a space, which is one or a Tuple of spaces. */
function pictureIn(space: Space): Space | undefined {
  if (space.kind !== "tuple") {
    return pictureLayout(space) !== undefined || isFlatPicture(space) ? space : undefined;
  }
  for (const part of (space as Tuple).spaces) {
    const picture = pictureIn(part);
    if (picture !== undefined) return picture;
  }
}

/** Whether standard normal draws, clipped to the space, leave most of it out. */
function isOutOfReach({ low, high }: Box): boolean {
  return low.some((least, i) => least > 0 || high[i] < 0 || high[i] - least > WIDE);
}

function checkErrors(env: Environment, examination: Examination): void {
  const mend = "make it with defineEnvironment, or throw an InputError that names the value";
  const random = defaultRng(2);
  examination.refuses(
    "errors",
    "step before reset",
    mend,
    () => env.step(env.actionSpace.sample(random)),
  );
  for (const seed of [-1, 0.5, NaN]) {
    examination.refuses("errors", `the seed ${seed}`, mend, () => env.reset({ seed }));
  }
  env.reset({ seed: 0 });
  for (const action of wrongActions(env.actionSpace)) {
    const before = JSON.stringify(env.snapshot?.());
    examination.refuses("errors", `the action ${show(action)}`, mend, () => env.step(action));
    if (JSON.stringify(env.snapshot?.()) !== before) {
      examination.error(
        "errors",
        `the refused action ${show(action)} changes the state`,
        "check the action before anything else",
      );
    }
    env.reset({ seed: 0 });
  }
}

function checkSteps(
  env: Environment,
  examination: Examination,
  { steps = walkLength, milliseconds = Infinity }: Reach = {},
): void {
  const until = performance.now() + milliseconds;
  const random = defaultRng(3);
  const first = env.reset({ seed: 3 });
  examination.lookAt(first.observation, "reset");
  examination.lookAtInfo(first.info, "reset");
  examination.lookAtMask();
  let before = first.observation;
  let changes = false;
  for (let t = 0; t < steps && performance.now() < until; t++) {
    const action = env.actionSpace.sample(random);
    const [given, kept] = structuredClone([action, before]);
    const result = env.step(action);
    examination.lookAtStep(result);
    examination.lookAtMask();
    changes ||= !isEqual(before, kept);
    before = result.observation;
    if (!isEqual(action, given)) {
      examination.error(
        "step",
        "step changes the action that it is given",
        "copy the action before writing into it",
      );
    }
    if (result.terminated || result.truncated) {
      examination.lookAt(env.reset().observation, "reset");
      examination.lookAtMask();
    }
  }
  if (changes) {
    examination.error(
      "observation",
      "an observation changes after it was returned",
      "return a new array from observe: the caller owns it",
    );
  }
}

/** A state that step writes into is another one to whoever kept it; only a definition shows it. */
function checkState(definition: EnvironmentDefinition, examination: Examination): void {
  const random = defaultRng(10);
  const start = definition.reset(random, {});
  for (let t = 0, steps = 0, state = start; t < walkLength; t++) {
    const kept = structuredClone(state);
    const next = definition.step(state, definition.actionSpace.sample(random), random);
    if (!isEqual(state, kept)) {
      examination.error(
        "step",
        "step changes the state that it is given",
        "return a new state from step instead of writing into the old one",
      );
      return;
    }
    // As an environment does: nothing steps beyond the end of an episode.
    steps++;
    const isOver = next.terminated || next.truncated === true || steps === definition.timeLimit;
    state = isOver ? definition.reset(random, {}) : next.state;
    if (isOver) steps = 0;
  }
}

/**
 * Whether a definition returns what is still to come, or keeps what no snapshot takes: of neither can
 * anything else be examined.
 */
function isUnfit(definition: EnvironmentDefinition, examination: Examination): boolean {
  const random = defaultRng(12);
  /** What a function returned, unless that is still to come. */
  const there = <Value>(name: "reset" | "step" | "observe", value: Value): Value | undefined => {
    if (!(value instanceof Promise)) return value;
    value.catch(() => {}); // it is not waited for
    examination.error(
      name === "observe" ? "observation" : name,
      `${name} returns a Promise`,
      `let ${name} be no async function: what it waits for can stand at the top of the file`,
    );
  };
  const isPlain = (state: unknown) => {
    const wrong = firstNotJson(state, "state");
    if (wrong !== undefined) examination.error("snapshot", wrong, plainState);
    return wrong === undefined;
  };
  try {
    const state = there("reset", definition.reset(random, {}));
    if (state === undefined || !isPlain(state)) return examination.findings.length > 0;
    there("observe", definition.observe(state));
    const next = there(
      "step",
      definition.step(state, definition.actionSpace.sample(random), random),
    );
    if (next?.state !== undefined) isPlain(next.state);
  } catch {
    // The parts that play it say what it throws.
  }
  return examination.findings.length > 0;
}

/** What was seen from where a world stood: what it keeps from episode to episode is part of its snapshot. */
interface Walk {
  readonly seen: readonly unknown[];
  /** Undefined where it has no snapshot, or none before its first episode. */
  readonly from: Json | undefined;
}

/** Where a world stands, as far as it says so. */
function standOf(env: Environment): Json | undefined {
  try {
    return env.snapshot?.();
  } catch {
    return undefined; // `checkSnapshot` looks at it
  }
}

/** The start that a seed makes, and the steps after it. */
function seededWalk(
  env: Environment,
  examination: Examination,
  { steps = walkLength, milliseconds = Infinity }: Reach = {},
): Walk {
  const until = performance.now() + milliseconds;
  const random = defaultRng(4);
  const from = standOf(env);
  const seen = [structuredClone(env.reset({ seed: 4 }).observation)];
  while (seen.length <= steps && performance.now() < until) {
    seen.push(...examination.walk(1, random));
  }
  return { seen, from };
}

/** Whether the seed of an earlier walk gives it again, whatever was played since. */
function checkSeeds(
  env: Environment,
  examination: Examination,
  earlier: Walk | undefined,
): void {
  if (earlier === undefined) return;
  const { seen, from } = earlier;
  try {
    if (from !== undefined) env.restore?.(from);
  } catch {
    // `checkSnapshot` looks at it.
  }
  const again = seededWalk(env, examination, { steps: seen.length - 1 }).seen;
  if (isEqual(seen, again)) return;
  const where = isEqual(seen[0], again[0]) ? "the steps after it" : "reset";
  examination.error(
    "seeds",
    `the same seed gives other episodes: ${where} differ`,
    chance,
  );
}

/** What of the present state no checkpoint takes, in words. */
function unkeptOf(env: Environment): string | undefined {
  if (env.snapshot === undefined) return undefined;
  try {
    return firstNotJson(env.snapshot(), "snapshot");
  } catch (error) {
    return String((error as Error).message).replace(/^Cannot .*? as /, "");
  }
}

/**
 * Plays an episode to its end.
 *
 * @param isDefined Whether a definition was made an environment of, which keeps the limit itself.
 */
function checkEnds(env: Environment, examination: Examination, isDefined: boolean): void {
  const random = defaultRng(5);
  env.reset({ seed: 5 });
  const limit = env.timeLimit ?? longestEpisode;
  let elapsed = 0;
  let result: StepResult<unknown>;
  do {
    result = env.step(env.actionSpace.sample(random));
    elapsed++;
    examination.lookAtStep(result);
    examination.lookAtMask();
  } while (!result.terminated && !result.truncated && elapsed < limit);
  // What a state keeps may come late in an episode.
  const wrong = unkeptOf(env);
  if (wrong !== undefined) examination.error("snapshot", wrong, plainState);
  if (!result.terminated && !result.truncated) {
    const [severity, message] = env.timeLimit === undefined
      ? ["warning" as const, `no episode ended within ${limit} random actions`]
      : ["error" as const, `the time limit of ${limit} does not truncate`];
    const mend = env.timeLimit === undefined
      ? "give the definition a timeLimit, or wrap it with timeLimit"
      : "return truncated: true at the step timeLimit";
    examination.find({ severity, check: "time limit", message, mend });
    return;
  }
  // A definition may cut an episode off for a reason of its own.
  if (!isDefined && result.truncated && env.timeLimit !== undefined && elapsed < env.timeLimit) {
    examination.error(
      "time limit",
      `an episode is truncated at step ${elapsed} before the time limit of ${env.timeLimit}`,
      "let timeLimit say the step at which episodes are truncated",
    );
  }
  examination.refuses(
    "errors",
    "step after the end of the episode",
    "make it with defineEnvironment, or throw an InputError until reset is called",
    () => env.step(env.actionSpace.sample(random)),
  );
}

function checkSnapshot(
  env: Environment,
  examination: Examination,
  { steps = walkLength, milliseconds = Infinity }: Reach = {},
): void {
  if (env.snapshot === undefined && env.restore === undefined) {
    examination.warn(
      "snapshot",
      "it has no snapshot: its runs cannot be resumed",
      "write it with defineEnvironment over a plain state",
    );
    return;
  }
  if (env.snapshot === undefined || env.restore === undefined) {
    examination.error(
      "snapshot",
      "it has only one of snapshot and restore",
      "give it both, or neither",
    );
    return;
  }
  const until = performance.now() + milliseconds;
  const [before, random] = [defaultRng(6), defaultRng(7)];
  env.reset({ seed: 6 });
  for (let t = 0; t < 10 && performance.now() < until; t++) examination.walk(1, before);
  const snapshot = env.snapshot();
  const wrong = firstNotJson(snapshot, "snapshot");
  if (wrong !== undefined) {
    examination.error("snapshot", wrong, plainState);
    return;
  }
  // As checkpoints keep it: to the bit, the sign of 0 included.
  const text = encodeCanonicalJson(snapshot as Json);
  const expected: unknown[] = [];
  while (expected.length < steps && performance.now() < until) {
    expected.push(...examination.walk(1, random));
  }
  if (encodeCanonicalJson(snapshot as Json) !== text) {
    examination.error(
      "snapshot",
      "a step changes a snapshot that was taken before it",
      "return a new state from step instead of writing into the old one",
    );
  }
  env.restore(decodeCanonicalJson(text));
  if (!isEqual(examination.walk(expected.length, defaultRng(7)), expected)) {
    examination.error(
      "snapshot",
      "a restored episode goes on otherwise than the one that was kept",
      "keep everything that decides on later steps in the state, the generator included",
    );
  }
}

function checkStepInto(env: Environment, examination: Examination): void {
  if (env.stepInto === undefined) return;
  const size = env.observationSpace.flatSize;
  const walk = (step: (action: unknown, out: Float32Array) => { reward: number }) => {
    const random = defaultRng(8);
    env.reset({ seed: 8 });
    // In the middle of three rows: what is written past its own shows.
    const out = new Float32Array(3 * size);
    return Array.from({ length: 50 }, () => {
      const outcome = step(env.actionSpace.sample(random), out) as StepResult<unknown>;
      const { reward, terminated, truncated } = outcome;
      if (terminated || truncated) env.reset();
      return [out.slice(), reward, terminated, truncated];
    });
  };
  const written = walk((action, out) => env.stepInto!(action, out, size));
  const stepped = walk((action, out) => {
    const result = env.step(action);
    env.observationSpace.flatten(result.observation, out, size);
    return result;
  });
  if (isEqual(written, stepped)) return;
  examination.error(
    "stepInto",
    "stepInto writes other numbers than step returns",
    "let it write the flat form of what step returns, as an observe made by observeInto does",
  );
}

function checkScene(env: Environment, examination: Examination): void {
  if (env.scene === undefined) return;
  env.reset({ seed: 9 });
  const random = defaultRng(9);
  for (let t = 0; t < drawn; t++) {
    const wrong = sceneFault(env.scene());
    if (wrong !== undefined) {
      examination.error(
        "scene",
        wrong,
        "draw lines, polygons, circles and texts with finite numbers and colours #rrggbb in a view " +
          "[left, bottom, right, top]",
      );
      return;
    }
    examination.walk(1, random);
  }
}

function checkTransitions(
  env: Environment,
  examination: Examination,
  { steps = walkLength, milliseconds = Infinity }: Reach = {},
): void {
  const { observationSpace, actionSpace } = env;
  const table = env.transitions?.();
  if (table === undefined || !(actionSpace instanceof Discrete)) return;
  const wrong = tableFault(table, actionSpace.n);
  if (wrong !== undefined) {
    examination.error(
      "transitions",
      wrong,
      "list every way in which the action may turn out, with indices into the table",
    );
  } else if (observationSpace instanceof Discrete && observationSpace.n === table.length) {
    const firsts = [observationSpace.start, actionSpace.start] as const;
    compareTransitions(env, table, firsts, examination, { steps, milliseconds });
  }
}

/** What steps do must stand in the table, whose states are then what the world shows. */
function compareTransitions(
  env: Environment,
  table: TransitionTable,
  [firstState, firstAction]: readonly [number, number],
  examination: Examination,
  { steps, milliseconds }: { readonly steps: number; readonly milliseconds: number },
): void {
  const until = performance.now() + milliseconds;
  const random = defaultRng(11);
  let { observation: from } = env.reset({ seed: 11 });
  for (let t = 0; t < steps && performance.now() < until; t++) {
    const action = sampleAction(env.id, env.actionSpace, random, env.actionMask?.()) as number;
    const { observation: to, reward, terminated, truncated } = env.step(action);
    const isKnown = table[from - firstState][action - firstAction].some((each) =>
      each.probability > 0 && each.terminated === terminated &&
      (terminated || each.state === to - firstState) &&
      Math.abs(each.reward - reward) <= 1e-9 * Math.max(1, Math.abs(reward))
    );
    if (!isKnown) {
      examination.error(
        "transitions",
        `from ${from} action ${action} leads to ${to} with reward ${reward}` +
          `${terminated ? " and ends the episode" : ""}, which the table does not have`,
        "change step and transitions together, or leave transitions out: planners trust it",
      );
      return;
    }
    from = terminated || truncated ? env.reset().observation : to;
  }
}

/**
 * Examines an environment, or a definition, with a few thousand steps: spaces, action masks, seeds,
 * determinism, ends, snapshots, errors, drawing. Hand over a new one that was not reset yet.
 *
 * @returns What was found, errors first; nothing where all is well.
 *
 * @example
 * ```ts
 * import { defineEnvironment } from "../lab/core/define_environment.ts";
 * import { Box, Discrete, type Space, type Tuple } from "../lab/core/space.ts";
 * import { checkEnvironment } from "./checker.ts";
 * import { strictEqual } from "node:assert";
 *
 * const [finding] = checkEnvironment(defineEnvironment({
 *   id: "Coin-v0",
 *   observationSpace: new Box({ low: 0, high: 1, shape: [1] }),
 *   actionSpace: new Discrete(2),
 *   timeLimit: 10,
 *   reset: (random) => random.integers(2),
 *   step: (side: number, action: number, random) => ({
 *     state: random.integers(2),
 *     reward: action === side ? 1 : 0,
 *     terminated: false,
 *   }),
 *   observe: (side) => Float32Array.of(2 * side),
 * }));
 * strictEqual(finding.message, "the observation of reset has 2 at index 0, outside of [0, 1]");
 * ```
 */
export function checkEnvironment(subject: Environment | EnvironmentDefinition): Finding[] {
  const given: unknown = subject;
  if (!isRecord(given)) {
    throw new InputError(
      `Cannot check as it must be an environment (makeEnv(…)) or its definition: ${show(given)}`,
    );
  }
  const definition = "observe" in subject ? subject : undefined;
  const env = definition === undefined ? subject as Environment : environmentOf(definition);
  const first = new Examination(env);
  if (definition !== undefined && isUnfit(definition, first)) return first.findings;
  const { seen: examination, asked } = askedBeside(env, (env) => examine(env, definition));
  for (const each of asked) {
    examination.warn("seeds", `${each}, which no seed determines`, chance);
  }
  const rank = ({ severity }: Finding) => severity === "error" ? 0 : 1;
  return examination.findings.sort((a, b) => rank(a) - rank(b));
}

/** Looks at all parts of an environment. */
function examine(env: Environment, definition: EnvironmentDefinition | undefined): Examination {
  const examination = new Examination(env);
  let earlier: Walk | undefined;
  examination.part("id", () => checkId(env, examination));
  examination.part("spaces", () => checkSpaces(env, examination));
  examination.part("errors", () => checkErrors(env, examination));
  examination.part("step", () => earlier = seededWalk(env, examination));
  examination.part("step", () => checkSteps(env, examination));
  if (definition !== undefined) {
    examination.part("step", () => checkState(definition, examination));
  }
  examination.part("time limit", () => checkEnds(env, examination, definition !== undefined));
  examination.part("seeds", () => checkSeeds(env, examination, earlier));
  // Where something else than the seed decides, everything that is played again differs, too.
  if (!examination.findings.some(({ check }) => check === "seeds")) {
    examination.part("snapshot", () => checkSnapshot(env, examination));
    examination.part("stepInto", () => checkStepInto(env, examination));
  }
  examination.part("scene", () => checkScene(env, examination));
  examination.part("transitions", () => checkTransitions(env, examination));
  return examination;
}

/**
 * A first look, about a second at most: spaces, reset, the first steps, their action masks, whether a
 * table of transitions has them, whether a seed gives them again and a restored episode goes on as the one
 * that was kept, as {@linkcode checkEnvironment} looks at them. Hand over a new one that was not reset yet.
 *
 * @param definition What it was made from, where that is at hand.
 * @returns What is wrong and how to mend it, in a line; undefined where nothing is.
 */
export function firstFault(
  env: Environment,
  definition?: EnvironmentDefinition,
): string | undefined {
  const examination = new Examination(env);
  if (definition === undefined || !isUnfit(definition, examination)) {
    const briefly = { steps: firstSteps, milliseconds: firstMilliseconds };
    let earlier: Walk | undefined;
    examination.part("spaces", () => checkSpaces(env, examination));
    examination.part("step", () => earlier = seededWalk(env, examination, briefly));
    examination.part("step", () => checkSteps(env, examination, briefly));
    examination.part("transitions", () => checkTransitions(env, examination, briefly));
    examination.part("seeds", () => checkSeeds(env, examination, earlier));
    examination.part("snapshot", () => checkSnapshot(env, examination, briefly));
  }
  const fault = examination.findings.find(({ severity }) => severity === "error");
  return fault && `${fault.message}: ${fault.mend}`;
}
