import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import * as fc from "fast-check";
import { makeEnv, makeVectorEnv } from "../../../envs/mod.ts";
import { transformObservation } from "../../../envs/wrappers/transform_observation.ts";
import { environmentOf } from "../../../lab/core/define_environment.ts";
import type { Environment, EnvironmentDefinition } from "../../../lab/core/environment.ts";
import { show } from "../../../lab/core/plain.ts";
import { defaultRng } from "../../../lab/core/random.ts";
import type { Json } from "../../../lab/core/snapshot.ts";
import { Box, Discrete } from "../../../lab/core/space.ts";
import { type Autoreset, VectorEnvironment, type VectorStep } from "../../../lab/core/vector.ts";

const cartPoles = (count: number, autoreset: Autoreset) =>
  new VectorEnvironment(() => makeEnv("CartPole-v1"), count, { autoreset });

/** A plain copy of what the next step overwrites; rows of `finalObservations` only where valid. */
function copy(step: VectorStep, size: number): unknown {
  const ended = [...step.terminated].map((terminated, i) => terminated || step.truncated[i]);
  return {
    observations: [...step.observations],
    rewards: [...step.rewards],
    terminated: [...step.terminated],
    truncated: [...step.truncated],
    started: [...step.started],
    final: ended.map((flag, i) =>
      flag ? [...step.finalObservations.subarray(i * size, (i + 1) * size)] : null
    ),
  };
}

function actionsOf(length: number, count: number, seed: number): Int32Array[] {
  const random = defaultRng(seed);
  return Array.from(
    { length },
    () => Int32Array.from({ length: count }, () => random.integers(2)),
  );
}

/** One environment alone, with autoreset by hand. */
function alone(env: Environment, seed: number, autoreset: Autoreset) {
  let ended = false;
  env.reset({ seed });
  return (action: number) => {
    if (ended) {
      ended = false;
      const observation = [...env.reset().observation];
      return { observation, reward: 0, terminated: 0, truncated: 0, started: 1, final: null };
    }
    const result = env.step(action);
    ended = result.terminated || result.truncated;
    const last = [...result.observation];
    const resets = ended && autoreset === "same-step";
    const final = ended ? last : null;
    if (resets) ended = false;
    return {
      observation: resets ? [...env.reset().observation] : last,
      reward: result.reward,
      terminated: Number(result.terminated),
      truncated: Number(result.truncated),
      started: Number(resets),
      final,
    };
  };
}

for (const autoreset of ["next-step", "same-step"] as const) {
  Deno.test(`a ${autoreset} vector goes the way of its environments one by one`, () => {
    const seeds = [3, 1, 4];
    const vector = cartPoles(3, autoreset);
    vector.reset({ seeds });
    const singles = seeds.map((seed) => alone(makeEnv("CartPole-v1"), seed, autoreset));
    for (const actions of actionsOf(200, 3, 7)) {
      const shown = copy(vector.step(actions), 4);
      const rows = singles.map((single, i) => single(actions[i]));
      deepStrictEqual(shown, {
        observations: rows.flatMap(({ observation }) => observation),
        rewards: rows.map(({ reward }) => reward),
        terminated: rows.map(({ terminated }) => terminated),
        truncated: rows.map(({ truncated }) => truncated),
        started: rows.map(({ started }) => started),
        final: rows.map(({ final }) => final),
      });
    }
  });

  Deno.test(`a ${autoreset} vector restored in mid-episode goes on to the same bits`, () => {
    const vector = cartPoles(3, autoreset);
    vector.reset({ seeds: [5, 6, 7] });
    const [before, after] = [actionsOf(40, 3, 1), actionsOf(100, 3, 2)];
    let sawEnd = false;
    for (let cut = 0; cut < before.length; cut++) {
      const step = vector.step(before[cut]);
      // The hardest moment: an episode has just ended.
      if (step.terminated.includes(1)) {
        sawEnd = true;
        break;
      }
    }
    ok(sawEnd);
    const kept = JSON.parse(JSON.stringify(vector.snapshot())) as Json;
    const observations = [...vector.observations];
    const expected = after.map((actions) => copy(vector.step(actions), 4));
    const other = cartPoles(3, autoreset);
    other.restore(kept);
    deepStrictEqual([...other.observations], observations);
    deepStrictEqual(after.map((actions) => copy(other.step(actions), 4)), expected);
  });
}

Deno.test("no transition crosses a reset", () => {
  // A counter that shows its episode and step: a transition adds one step within one episode.
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
      fc.constantFrom<Autoreset>("next-step", "same-step"),
      (lengths, autoreset) => {
        const vector = new VectorEnvironment((i) => counter(lengths[i]), lengths.length, {
          autoreset,
        });
        const noActions = new Int32Array(lengths.length);
        let before = [...vector.reset({ seeds: lengths })];
        for (let t = 0; t < 20; t++) {
          const step = vector.step(noActions);
          lengths.forEach((length, i) => {
            const ended = step.terminated[i] === 1;
            const isTransition = autoreset === "same-step" || step.started[i] === 0;
            const next = ended ? step.finalObservations : step.observations;
            const [episode, elapsed] = [next[2 * i], next[2 * i + 1]];
            if (isTransition) {
              deepStrictEqual([episode, elapsed], [before[2 * i], before[2 * i + 1] + 1]);
              strictEqual(step.rewards[i], 1);
              strictEqual(ended, elapsed === length);
            } else {
              deepStrictEqual([episode, elapsed], [before[2 * i] + 1, 0]);
              strictEqual(step.rewards[i], 0);
            }
          });
          before = [...step.observations];
        }
      },
    ),
  );
});

/** Shows [episode, elapsed] and terminates after `length` steps; has no stepInto, no snapshot. */
function counter(length: number): Environment {
  const { observationSpace } = makeEnv("GridWorld-v0", { observation: "coordinates" });
  const { actionSpace } = makeEnv("CartPole-v1");
  let [episode, elapsed] = [-1, 0];
  const observation = () => Float32Array.of(episode, elapsed);
  return {
    id: "Counter-v0",
    observationSpace,
    actionSpace,
    reset() {
      episode++;
      elapsed = 0;
      return { observation: observation(), info: {} };
    },
    step() {
      elapsed++;
      return {
        observation: observation(),
        reward: 1,
        terminated: elapsed === length,
        truncated: false,
        info: {},
      };
    },
  };
}

Deno.test("a time limit is reported as truncation with the final observation kept", () => {
  const vector = new VectorEnvironment(
    () => makeEnv("GridWorld-v0", { map: "S..G", timeLimit: 2 }),
    2,
    { autoreset: "same-step" },
  );
  vector.reset({ seeds: [1, 2] });
  vector.step([1, 3]);
  const step = vector.step([1, 3]);
  deepStrictEqual([...step.truncated], [1, 1]);
  deepStrictEqual([...step.terminated], [0, 0]);
  deepStrictEqual([...step.finalObservations], [0, 0, 1, 0, 1, 0, 0, 0]);
  deepStrictEqual([...step.observations], [1, 0, 0, 0, 1, 0, 0, 0]);
});

Deno.test("without autoreset an ended environment waits for the reset that its mask asks for", () => {
  const vector = makeVectorEnv("GridWorld-v0", {
    count: 2,
    mode: "disabled",
    options: { map: "S..G", observation: "coordinates" },
  });
  vector.reset({ seed: 1 });
  const [right, left] = [1, 3];
  vector.step([right, left]);
  vector.step([right, right]);
  deepStrictEqual([...vector.step([right, right]).terminated], [1, 0]);
  throws(() => vector.step([right, right]), /terminated at step 3/);
  vector.reset({ mask: [1, 0] });
  deepStrictEqual([...vector.observations], [0, 0, 0, Math.fround(2 / 3)]);
  deepStrictEqual([...vector.step([left, left]).rewards], [-0.01, -0.01]);
  throws(() => vector.reset({ mask: [1] }), /2 environments.*: 1 mask values/);
});

Deno.test("one seed stands for itself and those that follow it", () => {
  for (
    const [seed, seeds] of [[7, [7, 8, 9]], [2n ** 80n, [
      2n ** 80n,
      2n ** 80n + 1n,
      2n ** 80n + 2n,
    ]]] as const
  ) {
    const [one, other] = [0, 1].map(() => makeVectorEnv("CartPole-v1", { count: 3 }));
    deepStrictEqual(one.reset({ seed }), other.reset({ seeds }));
  }
});

Deno.test("reset without seeds lets the generators go on", () => {
  const vector = cartPoles(2, "same-step");
  const env = makeEnv("CartPole-v1");
  vector.reset({ seeds: [8, 9] });
  env.reset({ seed: 9 });
  deepStrictEqual(vector.reset().subarray(4), env.reset().observation);
});

Deno.test("wrong counts, unequal spaces and foreign snapshots are refused", () => {
  const vector = cartPoles(2, "same-step");
  throws(() => cartPoles(0, "same-step"), /count.*: 0/);
  throws(() => vector.reset({ seeds: [1] }), /2 environments.*: 1 seeds/);
  throws(() => vector.reset({ seeds: [1, 2], seed: 1 }), /either seed or seeds .*: both$/);
  throws(() => vector.reset({ sed: 1 } as object), /no option "sed" \(did you mean "seed"\?\)/);
  throws(() => vector.reset(7 as never), /its options must be an object: 7$/);
  vector.reset({ seeds: [1, 2] });
  throws(() => vector.step([1]), /2 environments.*: 1 actions/);
  throws(() => vector.step([1, 2]), /Discrete\(2\): 2$/);
  throws(
    () =>
      new VectorEnvironment((i) => makeEnv(["CartPole-v1", "GridWorld-v0"][i]), 2, {
        autoreset: "same-step",
      }),
    /spaces must be equal/,
  );
  throws(() => vector.restore(cartPoles(3, "same-step").snapshot()!), /3 environments/);
  const blind = new VectorEnvironment(() => counter(3), 1, { autoreset: "same-step" });
  strictEqual(blind.snapshot(), undefined);
  // What is kept must be put back, too.
  const kept = () => ({ ...counter(3), snapshot: () => 0 });
  strictEqual(
    new VectorEnvironment(kept, 1, { autoreset: "same-step" }).snapshot(),
    undefined,
  );
});

Deno.test("an observation that does not fill its row is refused", () => {
  for (
    const [length, says] of [[2, /has 2 numbers, but .* needs 4/], [6, /has 6 numbers/]] as const
  ) {
    const resized = (observation: Float32Array) =>
      Float32Array.from({ length }, (_, i) => observation[i] ?? 7);
    const cut = (when: number) => {
      let shown = 0;
      return new VectorEnvironment(
        () =>
          transformObservation(
            makeEnv("CartPole-v1"),
            (observation) => shown++ < when ? observation : resized(observation),
          ),
        1,
        { autoreset: "same-step" },
      );
    };
    throws(() => cut(0).reset({ seed: 1 }), says);
    const late = cut(1);
    late.reset({ seed: 1 });
    throws(() => late.step([1]), says);
  }
});

Deno.test("a vector shows masks where every one of its environments has them, and each row its own", () => {
  const masked = (allowed: readonly number[]) => ({ ...counter(9), actionMask: () => allowed });
  const vectorOf = (...environments: Environment[]) =>
    new VectorEnvironment((i) => environments[i], environments.length, { autoreset: "same-step" });
  const rows = [[1, 0], [0, 1], [1, 1]];
  deepStrictEqual([...vectorOf(...rows.map(masked)).actionMasks!()], rows.flat());
  for (
    const environments of [
      [counter(9)],
      [masked([1, 0]), counter(9)],
      [counter(9), masked([1, 0])],
    ]
  ) strictEqual(vectorOf(...environments).actionMasks, undefined);
});

/** Two rows with a world that counts its steps; `parts` differ. */
function counting(autoreset: Autoreset, parts: Partial<EnvironmentDefinition> = {}) {
  const world: EnvironmentDefinition = {
    id: "Counting-v0",
    observationSpace: new Discrete(9),
    actionSpace: new Discrete(2),
    reset: () => 0,
    step: (at: number) => ({ state: at + 1, reward: 1, terminated: at === 1 }),
    observe: (at) => at,
    ...parts,
  };
  return new VectorEnvironment(() => environmentOf(world), 2, { autoreset });
}

Deno.test("a mask is of 0 and 1, of false and true, and of nothing else", () => {
  for (const id of ["CartPole-v1", "Blackjack-v1"]) {
    const vectors = [0, 1].map(() => makeVectorEnv(id, { count: 2 }));
    for (const vector of vectors) vector.reset({ seed: 1 });
    const [numbers, words] = vectors;
    for (const [mask, same] of [[[1, 0], [true, false]], [[1, 1], [true, true]]] as const) {
      deepStrictEqual(
        [...words.reset({ seed: 5, mask: same })],
        [...numbers.reset({ seed: 5, mask })],
      );
      deepStrictEqual([...numbers.observations], [...words.observations]);
    }
    const fresh = makeVectorEnv(id, { count: 2 });
    fresh.reset({ seed: 5 });
    deepStrictEqual([...words.observations], [...fresh.observations]);
    for (const wrong of [2, -1, 0.5, NaN, "1", null, undefined, 1n]) {
      throws(() => words.reset({ seed: 9, mask: [1, wrong as number] }), {
        name: "InputError",
        message: "Cannot reset 2 environments as each value of the mask must be 0 or 1, false or " +
          `true: ${show(wrong)}`,
      });
    }
    throws(() => words.reset({ mask: null as never }), /: undefined mask values$/);
    deepStrictEqual([...words.observations], [...fresh.observations]);
  }
});

Deno.test("seeds are looked at before any row is reset", () => {
  for (const id of ["CartPole-v1", "Blackjack-v1"]) {
    const vector = makeVectorEnv(id, { count: 2 });
    vector.reset({ seed: 3 });
    const before = JSON.stringify(vector.snapshot());
    for (const wrong of [-1, 0.5, NaN, "7", null, -1n, {}, [1]]) {
      const message = "Cannot reset 2 environments as the seed must be a whole number ≥ 0: " +
        show(wrong);
      for (const options of [{ seeds: [9, wrong] }, { seed: wrong }]) {
        throws(() => vector.reset(options as never), { name: "InputError", message });
      }
    }
    for (const options of [{ seed: 2 ** 53 - 1 }, { seeds: [9, 2n ** 128n] }]) {
      throws(() => vector.reset(options), { name: "InputError", message: /from 0 to 2\^128 - 1/ });
    }
    throws(() => vector.reset({ seeds: null as never }), /: undefined seeds$/);
    strictEqual(JSON.stringify(vector.snapshot()), before);
  }
});

Deno.test("actions are looked at before any row is stepped", () => {
  const elapsedOf = (vector: VectorEnvironment) => {
    const { environments } = vector.snapshot() as { environments: { elapsed: number }[] };
    return environments.map(({ elapsed }) => elapsed);
  };
  const refused = (vector: VectorEnvironment, actions: ArrayLike<unknown>, shown: string) => {
    const before = elapsedOf(vector);
    throws(() => vector.step(actions), {
      name: "InputError",
      message: `Cannot step Counting-v0 as the action must lie in ${vector.actionSpace}: ${shown}`,
    });
    deepStrictEqual(elapsedOf(vector), before);
  };
  const vector = counting("next-step");
  vector.reset({ seed: 1 });
  for (const wrong of [2, -1, 0.5, "0", undefined]) refused(vector, [0, wrong], show(wrong));
  refused(vector, Int32Array.of(0, 2), "2");
  vector.step([0, 1]);
  vector.step([0, 1]);
  // Rows that are reset take anything, once.
  deepStrictEqual([...vector.step([99, "none"]).started], [1, 1]);
  refused(vector, [0, 99], "99");

  const actionSpace = new Box({ low: -1, high: 1, shape: [2] });
  for (const clipsActions of [false, true]) {
    const boxes = counting("next-step", { actionSpace, clipsActions });
    boxes.reset({ seed: 1 });
    refused(boxes, Float32Array.of(0, 0, 0, NaN), "Float32Array(0,NaN)");
    refused(boxes, Float32Array.of(0, 0, 0, Infinity), "Float32Array(0,Infinity)");
    refused(boxes, [new Float32Array(2), new Float32Array(3)], "Float32Array(0,0,0)");
    refused(boxes, [new Float32Array(2), Float32Array.of(NaN, 0)], "Float32Array(NaN,0)");
    const beyond = Float32Array.of(0, -1.5);
    if (clipsActions) {
      boxes.step(Float32Array.of(0, 0, ...beyond));
      boxes.step([new Float32Array(2), beyond]);
      deepStrictEqual(elapsedOf(boxes), [2, 2]);
    } else {
      refused(boxes, Float32Array.of(0, 0, ...beyond), "Float32Array(0,-1.5)");
      refused(boxes, Float32Array.of(0, 0, 0, 1.5), "Float32Array(0,1.5)");
      refused(boxes, [new Float32Array(2), beyond], "Float32Array(0,-1.5)");
    }
  }
});

Deno.test("a row whose next step is a reset may take any action, whatever its last state allows", () => {
  const actionMask = (at: number) => at === 2 ? [0, 0] : [0, 1];
  const vector = counting("next-step", { actionMask });
  throws(() => vector.actionMasks!(), {
    name: "InputError",
    message:
      "Cannot read the action mask of Counting-v0 as no episode was started: call reset first",
  });
  vector.reset({ seed: 0 });
  vector.step([1, 1]);
  vector.reset({ mask: [0, 1] });
  deepStrictEqual([...vector.actionMasks!()], [0, 1, 0, 1]);
  vector.step([1, 1]);
  deepStrictEqual([...vector.actionMasks!()], [1, 1, 0, 1]);
  deepStrictEqual([...vector.step([0, 1]).started], [1, 0]);
  deepStrictEqual([...vector.actionMasks!()], [0, 1, 1, 1]);
  const waiting = counting("disabled", { actionMask });
  waiting.reset({ seed: 0 });
  waiting.step([1, 1]);
  waiting.step([1, 1]);
  throws(() => waiting.actionMasks!(), /its mask must allow one at least: \[0,0\]$/);
  const silent = counting("next-step", { actionMask: () => undefined as never });
  silent.reset({ seed: 0 });
  throws(() => silent.actionMasks!(), /its mask must have 2 values: undefined$/);
});

/** Shows the sum of the actions that it took, which are pairs of numbers, and tells of each. */
function adder(taken: unknown[]): Environment & { closed: number; sum: number } {
  const box = new Box({ low: -Infinity, high: Infinity, shape: [2] });
  return {
    ...{ id: "Adder-v0", observationSpace: box, actionSpace: box, closed: 0, sum: 0 },
    reset({ seed = -1 } = {}) {
      this.sum = Number(seed);
      return { observation: Float32Array.of(this.sum, 0), info: {} };
    },
    step(action) {
      taken.push([...action as Float32Array]);
      const observation = (action as Float32Array).map((value) => value === 9 ? NaN : value);
      return { observation, reward: 1, terminated: false, truncated: false, info: {} };
    },
    snapshot: () => 0,
    restore: () => {},
    close() {
      this.closed++;
    },
  };
}

Deno.test("actions of a Box stand in one array, or each in its own, one for each environment", () => {
  const taken: unknown[] = [];
  const environments = [adder(taken), adder(taken)];
  const vector = new VectorEnvironment((i) => environments[i], 2, { autoreset: "same-step" });
  vector.reset({ seed: 1 });
  vector.step(Float32Array.of(1, 2, 3, 4));
  vector.step([Float32Array.of(5, 6), Float32Array.of(7, 8)]);
  deepStrictEqual(taken, [[1, 2], [3, 4], [5, 6], [7, 8]]);
  deepStrictEqual([...vector.observations], [5, 6, 7, 8]);
  throws(() => vector.step(Float32Array.of(1, 2)), /2 environments .*: 1 actions/);
  throws(() => vector.step(Float32Array.of(1, 2, 3)), /: 1\.5 actions/);
  strictEqual(taken.length, 4, "nothing was stepped");
  // Rows that a mask leaves out go on, and keep what they show; the others take their own seeds.
  vector.reset({ seeds: [30, 40], mask: [0, 1] });
  deepStrictEqual([...vector.observations], [5, 6, 40, 0]);
  // What JSON has no word for is kept, too.
  vector.step(Float32Array.of(9, -0, Infinity, 1e-45));
  const kept = JSON.parse(JSON.stringify(vector.snapshot())) as Json;
  vector.reset({ seed: 1 });
  vector.restore(kept);
  deepStrictEqual([...vector.observations], [NaN, -0, Infinity, Math.fround(1e-45)]);
  vector.close();
  deepStrictEqual(environments.map(({ closed }) => closed), [1, 1]);
});
