import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert";
import { checkEnvironment, firstFault } from "../../envs/checker.ts";
import { definitionOf, environments, makeEnv } from "../../envs/mod.ts";
import { normalizeObservation, normalizeReward } from "../../envs/wrappers/mod.ts";
import { wrap } from "../../envs/wrappers/wrapper.ts";
import { defineEnvironment, environmentOf } from "../../lab/core/define_environment.ts";
import type { Environment, EnvironmentDefinition } from "../../lab/core/environment.ts";
import type { Scene, Shape } from "../../lab/core/scene.ts";
import { Box, Discrete, type Space, Tuple } from "../../lab/core/space.ts";

for (const { id } of environments) {
  Deno.test(`the checker finds nothing wrong with ${id}`, () => {
    deepStrictEqual(checkEnvironment(makeEnv(id)), []);
  });
}

Deno.test("the checker finds nothing wrong with other observations and options", () => {
  for (const observation of ["coordinates", "one-hot", "window", "image"]) {
    const options = { mapName: "key-door", observation, slip: 0.2, diagonal: true };
    deepStrictEqual(checkEnvironment(makeEnv("GridWorld-v0", options)), []);
  }
  for (const space of ["box", "multi-discrete"]) {
    deepStrictEqual(checkEnvironment(makeEnv("Identity-v0", { space })), []);
  }
});

Deno.test("what is no environment is none to check", () => {
  for (const [subject, said] of [["CartPole-v1", '"CartPole-v1"'], [undefined, "undefined"]]) {
    throws(() => checkEnvironment(subject as unknown as Environment), {
      name: "InputError",
      message: `Cannot check as it must be an environment (makeEnv(…)) or its definition: ${said}`,
    });
  }
});

Deno.test("a first look finds nothing wrong with any world, and what shows on its first steps", () => {
  for (const { id } of environments) strictEqual(firstFault(makeEnv(id)), undefined);
  const faultOf = (change: Partial<EnvironmentDefinition>) =>
    firstFault(environmentOf({ ...sound, ...change }));
  strictEqual(faultOf({}), undefined);
  match(
    faultOf({ observe: () => new Float32Array(0) })!,
    /reset has 0 numbers, but .*: return one/,
  );
  match(faultOf({ observe: () => Float32Array.of(31) })!, /reset has 31 at index 0, outside of/);
  const step = (change: object) => () => ({
    ...{ state: { at: 0 }, reward: 0, terminated: false },
    ...change,
  });
  match(faultOf({ step: step({ reward: "50" }) })!, /the reward of step is "50": return a finite/);
  match(faultOf({ step: step({ terminated: undefined }) })!, /terminated of step is undefined/);
  match(faultOf({ actionMask: () => [1] })!, /^its mask must have 2 values: 1: return 1 for each/);
  match(faultOf({ reset: () => ({ at: clock += 0.01 }) })!, /^the same seed gives other episodes/);
  const waiting = { ...sound, step: (...given: Parameters<typeof sound.step>) => ready(given) };
  match(
    firstFault(environmentOf(waiting), waiting)!,
    /^step returns a Promise: let step be no async function/,
  );
  // A variable outside is that of all rows of a vector, though one alone goes as it should.
  let outside = 0;
  const shared: Partial<EnvironmentDefinition> = {
    reset: () => ({ at: outside = 0 }),
    step: () => ({ state: { at: 0 }, reward: ++outside, terminated: outside === 37 }),
  };
  match(
    faultOf(shared)!,
    /^a restored episode goes on otherwise .*: keep everything .* in the state/,
  );
  const kept = { ...sound, reset: () => new Place(0) };
  match(firstFault(environmentOf(kept), kept)!, /^state is a Place: keep the state plain JSON/);
  strictEqual(firstFault(environmentOf(sound), sound), undefined);
});

Deno.test("each part of a first look takes a fifth of a second and one step at most", () => {
  const now = performance.now;
  let [time, steps] = [0, 0];
  performance.now = () => time;
  try {
    const step = (state: { at: number }) => {
      time += 150;
      steps++;
      return { state, reward: 0, terminated: false };
    };
    strictEqual(firstFault(environmentOf({ ...sound, step })), undefined);
  } finally {
    performance.now = now;
  }
  strictEqual(steps, 4 * 2);
});

let [clock, played] = [0, 0];
// deno-lint-ignore no-explicit-any
const ready = (value: unknown) => Promise.resolve(value) as any;
const drift = { at: 0 };

class Place {
  constructor(readonly at: number) {}
}

/** A random walk without mistakes, and a change to it that is one. */
const sound: EnvironmentDefinition<{ at: number }, Float32Array, number> = {
  id: "Walk-v0",
  observationSpace: new Box({ low: -30, high: 30, shape: [1] }),
  actionSpace: new Discrete(2),
  timeLimit: 25,
  reset: (random) => ({ at: random.uniform(-1, 1) }),
  step: ({ at }, action, random) => ({
    state: { at: at + action - 0.5 + 0.1 * random.random() },
    reward: at,
    terminated: at > 8,
  }),
  observe: ({ at }) => Float32Array.of(at),
  scene: ({ at }) => ({
    view: [-30, -1, 30, 1],
    background: "#ffffff",
    shapes: [{ kind: "circle", center: [at, 0], radius: 0.2, fill: "#000000" }],
  }),
};

/** The walk's observation, written by another function. */
const writing = (into: (state: { at: number }, out: Float32Array, offset: number) => void) =>
  Object.assign((state: { at: number }) => sound.observe(state), { into });

const view = { view: [-30, -1, 30, 1], background: "#ffffff" } as const;
const disc = { kind: "circle", center: [0, 0], radius: 0.2, fill: "#000000" } as const;
/** A drawing of one disc, with changes to it and to the whole that are mistakes. */
const drawing = (shape: object, whole: object = {}): Partial<EnvironmentDefinition> => ({
  scene: () => ({ ...view, shapes: [{ ...disc, ...shape }], ...whole } as unknown as Scene),
});

const definitions: Record<string, [Partial<EnvironmentDefinition>, RegExp, RegExp]> = {
  "chance from elsewhere": [
    { reset: () => ({ at: clock += 0.01 }) },
    /same seed gives other episodes: reset differ/,
    /never from Math\.random/,
  ],
  "hidden state": [
    { step: (state, action) => ({ state, reward: clock += action + 1, terminated: false }) },
    /same seed gives other episodes: the steps after it differ/,
    /a variable outside of the state/,
  ],
  "hidden state that soon stays as it is": [
    { step: (state) => ({ state, reward: 0, terminated: ++played > 30 }) },
    /same seed gives other episodes: the steps after it differ/,
    /a variable outside of the state/,
  ],
  "a start that is still to come": [
    { reset: () => ready({ at: 0 }) },
    /^reset returns a Promise$/,
    /let reset be no async function/,
  ],
  "an observation that is still to come": [
    { observe: () => ready(Float32Array.of(0)) },
    /^observe returns a Promise$/,
    /let observe be no async function/,
  ],
  "a list instead of an array of float32": [
    { observe: ({ at }) => [at] },
    /observation of reset is no Float32Array but an Array/,
    /Float32Array\.of/,
  ],
  "too many numbers": [
    { observe: ({ at }) => Float32Array.of(at, at) },
    /has 2 numbers, but Box\(.*\) needs 1/,
    /one number for each/,
  ],
  "an observation out of bounds": [
    { observe: ({ at }) => Float32Array.of(at + 40) },
    /observation of reset has \d+\.\d+ at index 0, outside of \[-30, 30\]/,
    /widen the bounds/,
  ],
  "NaN in the observation": [
    { observe: ({ at }) => Float32Array.of(Math.sqrt(-1 - at * at)) },
    /has NaN at index 0/,
    /division by 0/,
  ],
  "a wrong discrete observation": [
    { observationSpace: new Discrete(3), observe: () => 3 },
    /is 3, which is not in Discrete\(3\)/,
    /whole number from 0 to 2/,
  ],
  "an infinite reward": [
    { step: (state) => ({ state, reward: Infinity, terminated: false }) },
    /reward of step is Infinity/,
    /finite number/,
  ],
  "an end that is a number": [
    { step: (state) => ({ state, reward: 0, terminated: 0 as unknown as boolean }) },
    /terminated of step is 0/,
    /true or false/,
  ],
  "an info that is no JSON": [
    {
      step: (state) => ({ state, reward: 0, terminated: false, info: { at: NaN } }),
    },
    /info\.at is NaN in step/,
    /plain JSON/,
  ],
  "a state that is written into": [
    {
      step(state, action) {
        state.at += action;
        return { state, reward: state.at, terminated: state.at > 9 };
      },
      reset: () => drift,
      observe: () => new Float32Array(1),
    },
    /same seed gives other episodes/,
    /state/,
  ],
  "an observation that is used again": [
    { observe: (({ out }) => ({ at }) => (out[0] = at, out))({ out: new Float32Array(1) }) },
    /observation changes after it was returned/,
    /new array from observe/,
  ],
  "an observation that is used again and ends as it began": [
    {
      reset: () => ({ at: 0 }),
      step: ({ at }) => ({ state: { at: at + 1 }, reward: 1, terminated: false }),
      observe: (({ out }) => ({ at }) => (out[0] = at, out))({ out: new Float32Array(1) }),
    },
    /observation changes after it was returned/,
    /new array from observe/,
  ],
  "a state that is written into, anew in each episode": [
    {
      step(state, action) {
        state.at += action;
        return { state, reward: state.at, terminated: false };
      },
    },
    /step changes the state that it is given/,
    /a new state from step/,
  ],
  "no end": [
    { timeLimit: undefined, step: (state) => ({ state, reward: 0, terminated: false }) },
    /no episode ended within 20000/,
    /timeLimit/,
  ],
  "a state that is no JSON": [
    { reset: () => ({ at: 0, when: new Map() }) },
    /^state\.when is a Map$/,
    /plain JSON/,
  ],
  "a state of a class, after the start": [
    { step: () => ({ state: new Place(1), reward: 0, terminated: false }) },
    /^state is a Place$/,
    /plain JSON/,
  ],
  "an action space without bounds": [
    {
      actionSpace: new Box({ low: -Infinity, high: Infinity, shape: [1] }),
      step: (state) => ({ state, reward: 0, terminated: true }),
    },
    /no bounds/,
    /finite bounds/,
  ],
  "actions that begin beyond what is drawn": [
    {
      actionSpace: new Box({ low: 1, high: 3, shape: [1] }),
      step: (state) => ({ state, reward: 0, terminated: true }),
    },
    /the action space Box\(.*\) is far from \[-1, 1\]/,
    /rescaleAction/,
  ],
  "actions that are far wider than what is drawn": [
    {
      actionSpace: new Box({ low: -10, high: 10.5, shape: [1] }),
      step: (state) => ({ state, reward: 0, terminated: true }),
    },
    /is far from \[-1, 1\]/,
    /rescaleAction/,
  ],
  "a drawing of NaN": [
    { scene: () => ({ ...sound.scene!({ at: NaN }) }) },
    /scene\.shapes\.0\.center\.0 is NaN/,
    /finite numbers/,
  ],
  "a mask of another length": [
    { actionMask: () => [1] },
    /its mask must have 2 values: 1$/,
    /1 for each action that may be chosen/,
  ],
  "no mask": [
    { actionMask: () => undefined as unknown as number[] },
    /its mask must have 2 values: undefined$/,
    /1 for each action/,
  ],
  "a mask that is still to come": [
    { actionMask: () => Promise.resolve([1, 1]) as unknown as number[] },
    /its mask must have 2 values: Promise$/,
    /1 for each action/,
  ],
  "a mask that once allows nothing": [
    { actionMask: ({ at }) => at > 3 ? [0, 0] : [1, 1] },
    /its mask must allow one at least: \[0,0\]$/,
    /one of them at least/,
  ],
  "a mask of shares": [
    { actionMask: () => [0.5, 1] },
    /^the action mask has 0\.5, no 0 or 1$/,
    /1 for each action/,
  ],
  "a mask by chance, in one array": [
    {
      actionMask: (({ out }) => () => (out[0] = Math.random() < 0.5 ? 1 : 0, out))({
        out: Uint8Array.of(1, 1),
      }),
    },
    /mask of the same state is another one/,
    /never of Math\.random/,
  ],
  "a drawing that is none": [
    { scene: () => null as unknown as Scene },
    /draw the scene as it must be an object: null$/,
    /lines, polygons/,
  ],
  "a drawing with a field of another name": [
    drawing({}, { backround: "#ffffff" }),
    /draw the scene as there is no field "backround" \(did you mean "background"\?\)/,
    /lines, polygons/,
  ],
  "an empty view": [
    drawing({}, { view: [0, 0, 0, 1] }),
    /the scene as its view must be \[left, bottom, right, top\] .*: \[0,0,0,1\]$/,
    /in a view/,
  ],
  "a ground without a colour": [
    drawing({}, { background: "#fff" }),
    /the scene as its background must be a colour #rrggbb: "#fff"$/,
    /colours #rrggbb/,
  ],
  "a shape of a kind that is not drawn": [
    drawing({ kind: "circel" }),
    /draw shape 0 as there is no kind "circel" \(did you mean "circle"\?\)/,
    /lines, polygons, circles and texts/,
  ],
  "a shape in a colour by name": [
    drawing({ fill: "blue" }),
    /draw shape 0, a circle, as its fill must be a colour #rrggbb: "blue"$/,
    /colours #rrggbb/,
  ],
  "a shape with a field of another kind": [
    drawing({ color: "#000000" }),
    /draw shape 0, a circle, as there is no field "color"/,
    /lines, polygons/,
  ],
  "a shape without a size": [
    {
      scene: () => ({
        ...view,
        shapes: [{ kind: "circle", center: [0, 0], fill: "#000000" } as unknown as Shape],
      }),
    },
    /draw shape 0, a circle, as its radius must be a number ≥ 0: undefined$/,
    /finite numbers/,
  ],
  "a shape of less than no size, drawn late": [
    { scene: ({ at }) => ({ ...view, shapes: [{ ...disc, radius: 3 - Math.abs(at) }] }) },
    /draw shape 0, a circle, as its radius must be a number ≥ 0: -/,
    /finite numbers/,
  ],
  "a line through points of three numbers": [
    {
      scene: () => ({
        ...view,
        shapes: [{ kind: "line", points: [[0, 0, 0]], color: "#000000", width: 1 }],
      } as unknown as Scene),
    },
    /draw shape 0, a line, as its points must be a list of points \[x, y\]: \[\[0,0,0\]\]$/,
    /finite numbers/,
  ],
  "an observation that is written otherwise": [
    { observe: writing(({ at }, out, offset) => void (out[offset] = at + 1)) },
    /other numbers than step/,
    /flat form/,
  ],
  "an observation that is written past its row": [
    { observe: writing(({ at }, out, offset) => void out.fill(at, offset, offset + 2)) },
    /other numbers than step/,
    /flat form/,
  ],
  "probabilities that do not add up to 1": [
    {
      transitions: () => [[[{ probability: 0.5, state: 0, reward: 0, terminated: false }], []]],
    },
    /state 0 action 0 has probabilities that add up to 0\.5/,
    /every way/,
  ],
  "an observation without numbers": [
    {
      observationSpace: new Box({ low: [], high: [] }),
      observe: () => new Float32Array(0),
    },
    /the observationSpace Box\(\[\], \[\]\) has no numbers/,
    /one at least/,
  ],
  "a probability below 0": [
    {
      transitions: () => [[
        [-0.5, 1.5].map((probability) => ({ probability, state: 0, reward: 0, terminated: false })),
        [],
      ]],
    },
    /state 0 action 0 has the probability -0\.5/,
    /every way/,
  ],
  "a state without one of its actions": [
    { transitions: () => [[[]]] },
    /state 0 has 1 lists of transitions, but there are 2 actions/,
    /every way/,
  ],
  "a way to a state that there is not": [
    { transitions: () => [[[], [{ probability: 1, state: 7, reward: 0, terminated: false }]]] },
    /state 0 action 1 leads to the unknown state 7/,
    /every way/,
  ],
  "a transition with a reward of NaN": [
    { transitions: () => [[[{ probability: 1, state: 0, reward: NaN, terminated: true }], []]] },
    /state 0 action 0 has the reward NaN/,
    /every way/,
  ],
};

Deno.test("the checker takes masks of true and false, and every shape that is drawn", () => {
  const scene: Scene = {
    ...view,
    shapes: [
      disc,
      { kind: "line", points: [[0, 0], [1, 1]], color: "#0A0b0c", width: 0 },
      { kind: "polygon", points: [[0, 0], [1, 1], [0, 1]], fill: "#000000" },
      { kind: "text", at: [0, 0], text: "", size: 1, color: "#000000" },
    ],
  };
  const actionMask = () => [true, false] as unknown as number[];
  deepStrictEqual(checkEnvironment({ ...sound, scene: () => scene, actionMask }), []);
});

Deno.test("the checker finds nothing wrong with the sound walk", () => {
  deepStrictEqual(checkEnvironment(sound), []);
});

for (const [name, [change, message, mend]] of Object.entries(definitions)) {
  Deno.test(`the checker finds ${name} and says how to mend it`, () => {
    const findings = checkEnvironment(defineEnvironment({ ...sound, ...change }));
    const finding = findings.find((each) => message.test(each.message));
    ok(finding !== undefined, JSON.stringify(findings));
    match(finding.mend, mend);
  });
}

Deno.test("the checker finds what breaks late in an episode only", () => {
  const late: Record<string, [change: (t: number) => object, message: RegExp]> = {
    "a reward": [() => ({ reward: NaN }), /^the reward of step is NaN/],
    "an observation": [
      (t) => ({ state: { t, shown: 9 } }),
      /^the observation of step .* outside of/,
    ],
    "a mask": [(t) => ({ state: { t, allowed: 0 } }), /must allow/],
    "a state": [
      (t) => ({ state: { t, kept: new Map() } }),
      /must be plain JSON: state.kept is a Map$/,
    ],
  };
  for (const [name, [change, message]] of Object.entries(late)) {
    const findings = checkEnvironment(defineEnvironment({
      id: "Late-v0",
      observationSpace: new Box({ low: 0, high: 1, shape: [1] }),
      actionSpace: new Discrete(2),
      timeLimit: 300,
      reset: () => ({ t: 0 }),
      step: (state: { t: number }) => {
        const next = { t: state.t + 1 };
        const step = { state: next, reward: 0, terminated: false };
        return next.t < 250 ? step : { ...step, ...change(next.t) };
      },
      observe: (state) => Float32Array.of((state as { shown?: number }).shown ?? 0),
      actionMask: (state) => Array(2).fill((state as { allowed?: number }).allowed ?? 1),
    }));
    strictEqual(findings.filter((each) => message.test(each.message)).length, 1, name);
  }
});

Deno.test("the checker finds a reward that is infinite in the 32 bits that agents learn with", () => {
  const of = (reward: number) =>
    checkEnvironment({
      ...sound,
      step: (...given: Parameters<typeof sound.step>) => ({ ...sound.step(...given), reward }),
    })
      .map(({ message }) => message);
  deepStrictEqual(of(-1e39), ["the reward of step is -1e+39, infinite in 32 bits"]);
  deepStrictEqual(of(3e38), []);
});

Deno.test("the checker finds chance and clocks beside the generator, wherever they show or not", () => {
  const asks: Record<string, () => unknown> = {
    "Math.random": () => Math.random(),
    "Date.now": () => Date.now(),
    "new Date()": () => new Date(),
    "Date()": () => Date(),
    "performance.now": () => performance.now(),
    "crypto.getRandomValues": () => crypto.getRandomValues(new Uint8Array(1)),
    "crypto.randomUUID": () => crypto.randomUUID(),
  };
  const kept = [Math.random, Date, Date.now, performance.now, crypto.randomUUID];
  for (const [name, ask] of Object.entries(asks)) {
    // Late, and of no consequence: it would show in no step.
    const step = (...given: Parameters<typeof sound.step>) => {
      if (given[0].at > 3) ask();
      return sound.step(...given);
    };
    const [{ severity, check, message }, ...others] = checkEnvironment({ ...sound, step });
    deepStrictEqual([severity, check, message, others], [
      ...["warning", "seeds", `step calls ${name}, which no seed determines`, []],
    ]);
  }
  const reset = (
    ...given: Parameters<typeof sound.reset>
  ) => (Math.random(), sound.reset(...given));
  match(checkEnvironment({ ...sound, reset })[0].message, /^reset calls Math\.random/);
  const masked = checkEnvironment({
    ...sound,
    actionMask: () => Date.now() > 0 && Math.random() < 2 ? [1, 1] : [1, 0],
  });
  deepStrictEqual(masked.map(({ message }) => message.split(",")[0]), [
    ...["actionMask calls Date.now", "actionMask calls Math.random"],
  ]);
  // A moment that is told is none, nor is what a drawing shows.
  const scene = () => ({ ...view, shapes: Math.random() < 2 ? [disc] : [] });
  const told = (...given: Parameters<typeof sound.reset>) => (
    new Date(2020, 1), Date.parse("2020-01-01"), sound.reset(...given)
  );
  deepStrictEqual(checkEnvironment({ ...sound, scene, reset: told }), []);
  deepStrictEqual([Math.random, Date, Date.now, performance.now, crypto.randomUUID], kept);
  ok(new Date() instanceof Date && !Object.hasOwn(crypto, "randomUUID"));
  const frozen = Object.freeze(wrap(environmentOf(sound), {}));
  deepStrictEqual(checkEnvironment(frozen), []);
});

Deno.test("a state that holds a negative 0 is restored as checkpoints keep it", () => {
  const flip = (step: (v: number) => number) =>
    defineEnvironment({
      id: "Flip-v0",
      observationSpace: new Box({ low: -1, high: 1, shape: [1] }),
      actionSpace: new Discrete(2),
      timeLimit: 9,
      reset: () => ({ v: 0 }),
      step: ({ v }: { v: number }) => ({ state: { v: step(v) }, reward: 0, terminated: false }),
      observe: ({ v }) => Float32Array.of(v),
    });
  for (const step of [(v: number) => -v, (v: number) => v]) {
    deepStrictEqual(checkEnvironment(flip(step)), []);
    strictEqual(firstFault(environmentOf(flip(step))), undefined);
  }
});

Deno.test("what follows from chance or from a Promise is not found beside it", () => {
  const checks = (change: Partial<EnvironmentDefinition>) =>
    checkEnvironment({ ...sound, ...change }).map(({ check }) => check);
  const step = (...given: Parameters<typeof sound.step>) => {
    const next = sound.step(...given);
    return { ...next, state: { at: next.state.at + (clock += 0.01) % 0.1 } };
  };
  deepStrictEqual(checks({ step, observe: writing(({ at }, out, i) => void (out[i] = at)) }), [
    "seeds",
  ]);
  deepStrictEqual(checks({ reset: () => ready({ at: 0 }) }), ["reset"]);
  deepStrictEqual(checks({ reset: () => new Place(0) }), ["snapshot"]);
});

const handmade: Record<string, [(env: Environment) => Partial<Environment>, RegExp]> = {
  "an id without version": [() => ({ id: "Walk" }), /id "Walk" has no version/],
  "steps before reset": [
    (env) => {
      env.reset();
      return {};
    },
    /step before reset goes unnoticed/,
  ],
  "steps after the end": [
    (env) => ({
      step(action) {
        const result = env.step(action);
        if (result.terminated || result.truncated) {
          const { observation } = env.reset();
          return { ...result, observation };
        }
        return result;
      },
    }),
    /step after the end of the episode goes unnoticed/,
  ],
  "wrong actions": [
    (env) => ({ step: (action) => env.step(env.actionSpace.contains(action) ? action : 0) }),
    /the action undefined goes unnoticed/,
  ],
  "another error than an InputError": [
    (env) => ({
      step(action) {
        if (!env.actionSpace.contains(action)) throw new TypeError("no");
        return env.step(action);
      },
    }),
    /throws TypeError, not InputError/,
  ],
  "snapshots without restore": [() => ({ restore: undefined }), /only one of snapshot and restore/],
  "no snapshots": [() => ({ snapshot: undefined, restore: undefined }), /cannot be resumed/],
  "a snapshot that forgets": [
    (env) => ({ restore: () => env.reset({ seed: 0 }) }),
    /goes on otherwise/,
  ],
  "a time limit that is not kept": [() => ({ timeLimit: 3 }), /limit of 3 does not truncate/],
  "a time limit that is kept a step late": [
    () => ({ timeLimit: 24 }),
    /limit of 24 does not truncate/,
  ],
  "a time limit that is kept a step early": [
    () => ({ timeLimit: 26 }),
    /truncated at step 25 before the time limit of 26/,
  ],
};

for (const [name, [change, message]] of Object.entries(handmade)) {
  Deno.test(`the checker finds ${name}`, () => {
    const env = environmentOf({ ...sound, step: (state) => sound.step(state, 0, random) });
    const findings = checkEnvironment({ ...wrap(env, {}), ...change(env) });
    ok(findings.some((each) => message.test(each.message)), JSON.stringify(findings));
  });
}

/** Draws nothing: the handmade worlds take no chance. */
const random = { random: () => 0 } as unknown as Parameters<typeof sound.step>[2];

Deno.test("a table is of what step does: where one of them is changed alone, both looks say so", () => {
  const cliff = definitionOf("CliffWalking-v1");
  const goesOtherwise: ((next: ReturnType<typeof cliff.step>) => object)[] = [
    ({ reward }) => ({ reward: reward - 1 }),
    () => ({ state: 0 }),
    () => ({ terminated: true }),
  ];
  for (const change of goesOtherwise) {
    const changed: EnvironmentDefinition = {
      ...cliff,
      timeLimit: 50,
      step(state, action, random) {
        const next = cliff.step(state, action, random);
        return { ...next, ...change(next) };
      },
    };
    match(firstFault(environmentOf(changed))!, /, which the table does not have: change step and/);
    deepStrictEqual(checkEnvironment(changed).map(({ check }) => check), ["transitions"]);
    deepStrictEqual(checkEnvironment({ ...changed, transitions: undefined }), []);
  }
  strictEqual(makeEnv("Taxi-v4", { ficklePassenger: true }).transitions, undefined);
  // What a mask forbids may be missing; states and actions are counted from where their spaces begin.
  const narrow: EnvironmentDefinition<number> = {
    ...sound as unknown as EnvironmentDefinition<number>,
    observationSpace: new Discrete(2, 5),
    actionSpace: new Discrete(2, 3),
    reset: () => 0,
    step: (cell, action) => ({ state: 1 - cell, reward: action, terminated: false }),
    observe: (cell) => 5 + cell,
    actionMask: () => [0, 1],
    scene: undefined,
    transitions: () =>
      [1, 0].map((state) => [[], [{ probability: 1, state, reward: 4, terminated: false }]]),
  };
  deepStrictEqual(checkEnvironment(narrow), []);
});

Deno.test("a picture in a Tuple is told to pass no convolutions, one alone and a row of numbers are not", () => {
  const found = (observationSpace: Space, observation: unknown) =>
    checkEnvironment(defineEnvironment({
      ...sound as unknown as EnvironmentDefinition<unknown, unknown>,
      observationSpace: observationSpace as Space<unknown>,
      observe: () => structuredClone(observation),
    })).map(({ severity, message }) => `${severity}: ${message}`);
  const [row, picture] = [[2], [8, 8, 1]].map((shape) => new Box({ low: 0, high: 1, shape }));
  const [numbers, pixels] = [new Float32Array(2), new Float32Array(64)];
  deepStrictEqual(found(picture, pixels), []);
  deepStrictEqual(found(new Tuple([row, row]), [numbers, numbers]), []);
  const warning =
    `warning: the picture ${picture} in the observationSpace passes no convolutions, as it ` +
    "is part of a Tuple";
  deepStrictEqual(found(new Tuple([row, picture]), [numbers, pixels]), [warning]);
  const nested = new Tuple([row, new Tuple([picture])]);
  deepStrictEqual(found(nested, [numbers, [pixels]]), [warning]);
});

Deno.test("errors come before warnings, and one mistake is reported once", () => {
  const findings = checkEnvironment(defineEnvironment({
    ...sound,
    timeLimit: undefined,
    step: (state) => ({ state, reward: NaN, terminated: false }),
    observe: ({ at }) => Float32Array.of(at + 50),
  }));
  const severities = findings.map(({ severity }) => severity);
  deepStrictEqual(severities, [...severities].sort());
  strictEqual(findings.filter(({ message }) => /outside of/.test(message)).length, 2);
  strictEqual(findings.filter(({ message }) => /reward/.test(message)).length, 1);
});

Deno.test("a world that cuts its episodes off, or ends where its data do, is sound", () => {
  const fuelled = defineEnvironment({
    id: "Fuel-v0",
    observationSpace: new Box({ low: 0, high: 30, shape: [2] }),
    actionSpace: new Discrete(2),
    timeLimit: 100,
    reset: () => ({ at: 0, fuel: 5 }),
    step: ({ at, fuel }: { at: number; fuel: number }, action: number) => ({
      state: { at: at + action, fuel: fuel - 1 },
      reward: 0,
      terminated: at === 10,
      truncated: fuel === 1,
    }),
    observe: ({ at, fuel }) => Float32Array.of(at, fuel),
  });
  deepStrictEqual(checkEnvironment(fuelled), []);
  const prices = Array.from({ length: 21 }, (_, i) => ({ value: Math.sin(i) }));
  const market = defineEnvironment({
    id: "Market-v0",
    observationSpace: new Box({ low: -1, high: 1, shape: [1] }),
    actionSpace: new Discrete(2),
    timeLimit: 20,
    reset: () => 0,
    step: (t: number, action: number) => ({
      state: t + 1,
      reward: (action === 1 ? 1 : -1) * (prices[t + 1].value - prices[t].value),
      terminated: false,
    }),
    observe: (t) => Float32Array.of(prices[t].value),
  });
  deepStrictEqual(checkEnvironment(market), []);
});

Deno.test("what a wrapper keeps from episode to episode is no chance beside the seed", () => {
  for (const wrapper of [normalizeObservation, normalizeReward]) {
    const make = () => wrapper(makeEnv("Pendulum-v1"));
    strictEqual(firstFault(make()), undefined);
    deepStrictEqual(checkEnvironment(make()).filter(({ check }) => check === "seeds"), []);
  }
});
