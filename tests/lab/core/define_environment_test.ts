import { deepStrictEqual, strictEqual, throws } from "node:assert";
import {
  defineEnvironment,
  environmentOf,
  observeInto,
} from "../../../lab/core/define_environment.ts";
import type { Environment, EnvironmentDefinition } from "../../../lab/core/environment.ts";
import { defaultRng } from "../../../lab/core/random.ts";
import type { Json } from "../../../lab/core/snapshot.ts";
import { Box, Discrete, MultiDiscrete, type Space, Tuple } from "../../../lab/core/space.ts";
import { vectorOf } from "../../../lab/core/batched.ts";

/** A random walk: every step adds the action and a normal draw; ends beyond 3. */
const walk = defineEnvironment({
  id: "Walk-v0",
  observationSpace: new Box({ low: -Infinity, high: Infinity, shape: [1] }),
  actionSpace: new Box({ low: -1, high: 1, shape: [1] }),
  timeLimit: 8,
  reset: (random) => ({ at: random.random() }),
  step({ at }: { at: number }, action: Float32Array, random) {
    const next = at + action[0] + 0.1 * random.standardNormal();
    return {
      state: { at: next },
      reward: next,
      terminated: next > 3,
      info: { drawn: next - at },
    };
  },
  observe: ({ at }) => Float32Array.of(at),
  scene: ({ at }) => ({
    view: [-4, -1, 4, 1],
    background: "#ffffff",
    shapes: [{ kind: "circle", center: [at, 0], radius: 0.2, fill: "#000000" }],
  }),
});

const still = Float32Array.of(0);

function startedOf(definition: EnvironmentDefinition): Environment {
  const env = environmentOf(definition);
  env.reset({ seed: 5 });
  return env;
}

function trace(env: Environment, length: number): unknown[] {
  return Array.from({ length }, () => env.step(still));
}

Deno.test("reset with a seed starts the generator anew, without it goes on", () => {
  const env = environmentOf(walk);
  const random = defaultRng(3);
  const first = env.reset({ seed: 3 }).observation;
  deepStrictEqual(first, Float32Array.of(random.random()));
  const second = env.reset().observation;
  deepStrictEqual(second, Float32Array.of(random.random()));
  deepStrictEqual(env.reset({ seed: 3 }).observation, first);
});

Deno.test("a first reset without a seed takes seed 0", () => {
  deepStrictEqual(
    environmentOf(walk).reset(),
    environmentOf(walk).reset({ seed: 0 }),
  );
});

Deno.test("an episode ends by the state or is cut off by the time limit", () => {
  const env = environmentOf(walk);
  env.reset({ seed: 1 });
  const results = Array.from({ length: 8 }, () => env.step(still));
  deepStrictEqual(results.map(({ truncated }) => truncated), [...Array(7).fill(false), true]);
  strictEqual(results.every(({ terminated }) => !terminated), true);
  env.reset();
  let result;
  do result = env.step(Float32Array.of(1)); while (!result.terminated);
  strictEqual(result.truncated, false);
  strictEqual(typeof result.info.drawn, "number");
});

Deno.test("step may cut its episode off, before the time limit too", () => {
  const env = environmentOf({
    ...walk,
    timeLimit: 3,
    reset: () => 0,
    observe: () => still,
    step: (at: number) => ({ state: at + 1, reward: 1, terminated: false, truncated: at === 1 }),
  } as EnvironmentDefinition);
  const ends = () => [0, 1].map(() => env.step(still).truncated);
  env.reset();
  deepStrictEqual(ends(), [false, true]);
  throws(() => env.step(still), /its episode was truncated at step 2/);
  env.reset();
  deepStrictEqual(ends(), [false, true]);
});

Deno.test("a field that no world has is refused with the nearest", () => {
  const misspelt = { ...walk, timelimit: 20 };
  throws(() => defineEnvironment(misspelt), {
    name: "InputError",
    message: /^Cannot define Walk-v0 as there is no field "timelimit" \(did you mean "timeLimit"/,
  });
  const { reset, ...others } = walk;
  throws(() => defineEnvironment({ ...others, rest: reset } as unknown as typeof walk), {
    name: "InputError",
    message: /^Cannot define Walk-v0 as there is no field "rest" \(did you mean "reset"/,
  });
  throws(
    () => {
      const step = () => ({ state: { at: 0 }, reward: 0, terminated: false, truncated: 1 });
      const env = environmentOf({ ...walk, step } as unknown as EnvironmentDefinition);
      env.reset();
      env.step(still);
    },
    /truncated of step is 1/,
  );
});

Deno.test("a goal that no episode can reach is refused with the nearest", () => {
  for (const goal of ["terminated", "rewarded", undefined] as const) {
    strictEqual(defineEnvironment({ ...walk, goal }).goal, goal);
  }
  throws(() => defineEnvironment({ ...walk, goal: "reward" as "rewarded" }), {
    name: "InputError",
    message:
      'Cannot define Walk-v0 as there is no goal "reward" (did you mean "rewarded"?): known ' +
      "are terminated, rewarded",
  });
  throws(
    () => defineEnvironment({ ...walk, goal: "toString" as "rewarded" }),
    /no goal "toString"/,
  );
});

Deno.test("a field that no step has is refused with the nearest at the first step", () => {
  const stepped = (step: () => object) => {
    const env = environmentOf(defineEnvironment({ ...walk, step: step as typeof walk.step }));
    env.reset();
    env.step(still);
  };
  const next = { state: { at: 0 }, reward: 0, terminated: false };
  throws(() => stepped(() => ({ ...next, truncatd: true })), {
    name: "InputError",
    message: 'Cannot step Walk-v0 as step returns truncatd (did you mean "truncated"?): ' +
      "return { state, reward, terminated, truncated, info }",
  });
  class Moved {
    readonly from = 1;
  }
  stepped(() => Object.assign(new Moved(), next));
});

Deno.test("mistakes of the caller name the value", () => {
  const env = environmentOf(walk);
  throws(() => env.step(still), { name: "InputError", message: /no episode was started/ });
  throws(() => env.scene!(), { name: "InputError", message: /no episode was started/ });
  env.reset();
  throws(() => env.step(Float32Array.of(1.5)), {
    name: "InputError",
    message: "Cannot step Walk-v0 as the action must lie in Box([-1], [1]): Float32Array(1.5)",
  });
  throws(() => env.step(Float32Array.of(NaN)), /Float32Array\(NaN\)/);
  throws(() => env.step(1 as unknown as Float32Array), /: 1$/);
  trace(env, 8);
  throws(() => env.step(still), {
    name: "InputError",
    message: "Cannot step Walk-v0 as its episode was truncated at step 8, call reset first: " +
      "Float32Array(0)",
  });
});

Deno.test("a refused action leaves the episode as it was", () => {
  const [env, other] = [environmentOf(walk), environmentOf(walk)];
  env.reset({ seed: 2 });
  other.reset({ seed: 2 });
  throws(() => env.step(Float32Array.of(2)));
  deepStrictEqual(trace(env, 5), trace(other, 5));
});

Deno.test("a snapshot in mid-episode goes on to the same bits, through JSON", () => {
  const env = environmentOf(walk);
  env.reset({ seed: 4 });
  trace(env, 3);
  const kept = JSON.parse(JSON.stringify(env.snapshot!())) as Json;
  const expected = [trace(env, 5), env.reset(), trace(env, 8)];
  for (const other of [environmentOf(walk), env]) {
    other.restore!(kept);
    deepStrictEqual([trace(other, 5), other.reset(), trace(other, 8)], expected);
  }
});

Deno.test("a snapshot before the first reset restores to before the first reset", () => {
  const env = environmentOf(walk);
  const kept = env.snapshot!();
  env.reset({ seed: 9 });
  env.restore!(kept);
  throws(() => env.step(still), /no episode was started/);
  deepStrictEqual(env.reset(), environmentOf(walk).reset({ seed: 0 }));
});

Deno.test("a state that JSON would change cannot be snapshot, and is named", () => {
  const make = (state: unknown) => {
    const env = environmentOf(defineEnvironment({
      ...walk,
      // deno-lint-ignore no-explicit-any
      reset: () => state as any,
      observe: () => still,
    }));
    env.reset();
    return env;
  };
  throws(() => make({ at: { deep: [1, NaN] } }).snapshot!(), /state\.at\.deep\.1 is NaN$/);
  throws(() => make({ at: new Float32Array(2) }).snapshot!(), /state\.at is a Float32Array$/);
  throws(() => make({ at: undefined }).snapshot!(), /state\.at is undefined$/);
  throws(() => environmentOf(walk).restore!({ at: 1 }), /no snapshot/);
});

Deno.test("a snapshot of another world is refused, one that names none is of older days", () => {
  const other = environmentOf(defineEnvironment({ ...walk, id: "Other-v0" }));
  other.reset({ seed: 1 });
  const { world, ...kept } = other.snapshot!() as { readonly [key: string]: Json };
  strictEqual(world, "Other-v0");
  const env = environmentOf(walk);
  env.reset({ seed: 2 });
  const before = env.snapshot!();
  throws(() => env.restore!({ world, ...kept }), {
    name: "InputError",
    message: `Cannot restore ${env.id} as this is a snapshot of another world: "Other-v0"`,
  });
  deepStrictEqual(env.snapshot!(), before);
  env.restore!(kept);
  deepStrictEqual(trace(env, 5), trace(other, 5));
});

Deno.test("stepInto writes what step returns", () => {
  const [env, other] = [environmentOf(walk), environmentOf(walk)];
  env.reset({ seed: 5 });
  other.reset({ seed: 5 });
  const out = new Float32Array(3).fill(7);
  for (let t = 0; t < 8; t++) {
    const outcome = env.stepInto!(still, out, 1);
    const { observation, info: _, ...expected } = other.step(still);
    deepStrictEqual({ ...outcome }, expected);
    deepStrictEqual(out, Float32Array.of(7, observation[0], 7));
  }
});

Deno.test("a row is written by what the observation is made of, and by nothing once that is another", () => {
  let written = 0;
  const observe = observeInto(2, ({ at }: { at: number }, out, offset) => {
    written++;
    out[offset] = at;
    out[offset + 1] = 2 * at;
  });
  const wide = { ...walk, observationSpace: new Box({ low: -9, high: 9, shape: [2] }), observe };
  const rowOf = (definition: EnvironmentDefinition) => {
    const env = environmentOf(definition);
    env.reset({ seed: 5 });
    const out = new Float32Array(4).fill(7);
    written = 0;
    env.stepInto!(still, out, 1);
    return [...out];
  };
  const [{ observation: [at] }] = trace(startedOf(walk), 1) as { observation: Float32Array }[];
  deepStrictEqual(rowOf(wide), [7, at, 2 * at, 7]);
  strictEqual(written, 1);
  deepStrictEqual(rowOf({ ...wide, observe: ({ at }) => Float32Array.of(1, at) }), [7, 1, at, 7]);
  strictEqual(written, 0);
  deepStrictEqual([...observe({ at: 3 })], [3, 6]);
});

Deno.test("a reset takes a seed and the world's options, each in an object", () => {
  const env = environmentOf(walk);
  const wrong: [unknown, string][] = [
    [{ sed: 1 }, 'there is no option "sed" (did you mean "seed"?): known are seed, options'],
    [7, "its options must be an object: 7"],
    [{ options: 7 }, "its options must be numbers by name: 7"],
    [{ options: [1] }, "its options must be numbers by name: [1]"],
  ];
  for (const [given, line] of wrong) {
    throws(() => env.reset(given as object), {
      name: "InputError",
      message: `Cannot reset ${walk.id} as ${line}`,
    });
  }
});

Deno.test("only a world that draws has a scene", () => {
  const { scene: _, ...blind } = walk;
  strictEqual(environmentOf(blind).scene, undefined);
  const env = environmentOf(walk);
  env.reset();
  strictEqual(env.scene!().shapes.length, 1);
});

Deno.test("an environment has all that its definition says, and nothing that it does not", () => {
  const optional = {
    rewardThreshold: 2,
    goal: "terminated",
    clipsActions: true,
    transitions: () => [],
  } as const;
  const [full, bare] = [environmentOf({ ...walk, ...optional }), environmentOf(walk)];
  for (const name of ["id", "observationSpace", "actionSpace", "timeLimit"] as const) {
    strictEqual(bare[name], walk[name], name);
  }
  for (const name of Object.keys(optional) as (keyof typeof optional)[]) {
    strictEqual(full[name], optional[name], name);
    strictEqual(bare[name], undefined, name);
  }
  strictEqual(bare.actionMask, undefined);
  const masked = environmentOf({ ...walk, actionMask: ({ at }) => [at < 1 ? 1 : 0] });
  masked.reset({ seed: 1 });
  deepStrictEqual([masked.actionMask!(), masked.actionMask!({ at: 2 })], [[1], [0]]);
});

Deno.test("a wrong definition is refused", () => {
  throws(() => defineEnvironment({ ...walk, id: "Walk" }), /end in a version.*"Walk"/);
  throws(() => defineEnvironment({ ...walk, timeLimit: 0 }), /time limit.*: 0/);
  throws(() => defineEnvironment({ ...walk, observe: undefined as never }), /observe.*undefined/);
  throws(() => defineEnvironment({ ...walk, actionSpace: 2 as never }), /actionSpace.*: 2/);
  strictEqual(defineEnvironment({ ...walk, actionSpace: new Discrete(2) as never }).id, "Walk-v0");
});

Deno.test("a field of a definition that is of another sort is refused, where it is made, too", () => {
  const wrong: [parts: object, line: string][] = [
    [{ summary: 5 }, "summary must be a text: 5"],
    [{ scene: 5 }, "scene must be a function: 5"],
    [{ actionMask: [1] }, "actionMask must be a function: [1]"],
    [{ startInfo: {} }, "startInfo must be a function: {}"],
    [{ transitions: [] }, "transitions must be a function: []"],
    [{ clipsActions: "no" }, 'clipsActions must be true or false: "no"'],
    [{ resetOptions: "low" }, 'resetOptions must be a list: "low"'],
    [{ rewardThreshold: "5" }, 'rewardThreshold must be a number: "5"'],
    [{ rewardThreshold: NaN }, "its rewardThreshold must be a finite number: NaN"],
    [{ rewardThreshold: Infinity }, "its rewardThreshold must be a finite number: Infinity"],
    [{ observationSpace: null }, "observationSpace must be a space: null"],
    [{ timeLimit: "5" }, 'its time limit must be a whole number ≥ 1: "5"'],
    [{ timeLimit: NaN }, "its time limit must be a whole number ≥ 1: NaN"],
    [{ observe: undefined }, "observe must be a function: undefined"],
  ];
  for (const [parts, line] of wrong) {
    const definition = { ...walk, ...parts } as typeof walk;
    for (const make of [defineEnvironment<unknown, unknown, unknown>, environmentOf]) {
      throws(() => make(definition as EnvironmentDefinition), {
        name: "InputError",
        message: `Cannot define Walk-v0 as ${line}`,
      });
    }
  }
  throws(() => environmentOf({ ...walk, timeLimt: 5 } as EnvironmentDefinition), /"timeLimit"/);
  for (const none of [null, undefined, 5, [walk]]) {
    throws(() => environmentOf(none as never), {
      name: "InputError",
      message: /^Cannot define an environment as it must be an object: /,
    });
  }
});

Deno.test("a mask is read of a state that there is", () => {
  const masked = environmentOf({ ...walk, actionMask: ({ at }) => [at < 1 ? 1 : 0] });
  throws(() => masked.actionMask!(), {
    name: "InputError",
    message: "Cannot read the action mask of Walk-v0 as no episode was started: call reset first",
  });
  deepStrictEqual(masked.actionMask!({ at: 2 }), [0]);
});

Deno.test("a snapshot is restored twice, though the world changes its state in place", () => {
  const env = environmentOf(defineEnvironment({
    id: "InPlace-v0",
    observationSpace: new Discrete(9),
    actionSpace: new Discrete(2),
    reset: () => ({ n: 0 }),
    step: (s: { n: number }) => {
      s.n++;
      return { state: s, reward: 0, terminated: false };
    },
    observe: (s) => s.n,
  }));
  env.reset({ seed: 1 });
  const kept = env.snapshot!();
  for (let i = 0; i < 2; i++) {
    env.restore!(kept);
    strictEqual(env.step(0).observation, 1);
  }
});

Deno.test("an observation that is not of its space's type and length is refused, wherever it shows", () => {
  const box = new Box({ low: -1, high: 1, shape: [4] });
  const two = new Discrete(2);
  const misfits: [Space, unknown, RegExp][] = [
    [
      box,
      Float32Array.of(0, 0),
      /reset has 2 numbers, but Box\(-1, 1, \[4\]\) needs 4: return one/,
    ],
    [box, Float32Array.of(0, 0, 0, 0, 9), /reset has 5 numbers/],
    [box, [0, 0, 0, 0], /reset is no Float32Array but an Array: return Float32Array\.of/],
    [box, Float64Array.of(0, 0, 0, 0), /reset is no Float32Array but a Float64Array/],
    [box, 0.5, /reset is no Float32Array but a number/],
    [box, undefined, /reset is no Float32Array but an undefined/],
    [
      new Discrete(3),
      7,
      /reset is 7, which is not in Discrete\(3\): return a whole number from 0 to 2/,
    ],
    [new Discrete(3), 1.5, /reset is 1\.5/],
    [new MultiDiscrete([2, 3]), Int32Array.of(3, 1), /reset is Int32Array\(3,1\)/],
    [new Tuple([two, two]), [1], /reset is \[1\]/],
    [new Tuple([two, box]), [1, [0, 0, 0, 0]], /reset is \[1,\[0,0,0,0\]\]/],
  ];
  for (const [observationSpace, shown, message] of misfits) {
    const world = defineEnvironment({
      id: "Shown-v0",
      observationSpace,
      actionSpace: two,
      reset: () => 0,
      step: (state: number) => ({ state: state + 1, reward: 0, terminated: false }),
      observe: () => shown,
    });
    throws(() => environmentOf(world).reset(), { name: "InputError", message });
    // Right at first, wrong later: beside other worlds it would be written into their rows.
    const later = { ...world, observe: (state: number) => state === 0 ? sampleOf(world) : shown };
    const env = environmentOf(later);
    env.reset();
    throws(() => env.step(0), /Cannot step Shown-v0 as the observation of step/);
    const vector = vectorOf(() => environmentOf(later), 2, { autoreset: "same-step" });
    vector.reset({ seed: 1 });
    throws(() => vector.step([0, 0]), /Cannot step Shown-v0 as the observation of step/);
  }
});

const sampleOf = ({ observationSpace }: { observationSpace: Space }) =>
  observationSpace.sample(defaultRng(1));

Deno.test("an outcome of the wrong types is refused", () => {
  for (
    const [outcome, message] of [
      [undefined, /step returns undefined: return \{ state, reward, terminated \}/],
      [{ state: { at: 0 }, terminated: false }, /the reward of step is undefined/],
      [
        { state: { at: 0 }, reward: "1", terminated: false },
        /the reward of step is "?1"?: return a/,
      ],
      [{ state: { at: 0 }, reward: 1 }, /terminated of step is undefined: return true or false/],
      [{ state: { at: 0 }, reward: 1, terminated: 1 }, /terminated of step is 1/],
    ] as const
  ) {
    const env = environmentOf({ ...walk, step: () => outcome as never });
    env.reset();
    throws(() => env.step(still), { name: "InputError", message });
    throws(() => env.stepInto!(still, new Float32Array(1), 0), { name: "InputError", message });
  }
});
