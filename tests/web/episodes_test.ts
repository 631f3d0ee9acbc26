import { deepStrictEqual, notDeepStrictEqual, ok, strictEqual } from "node:assert";
import { LONGEST } from "../../agents/trainers/evaluated_episodes.ts";
import { environmentOf } from "../../lab/core/define_environment.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import { definitionOf, makeEnv } from "../../envs/mod.ts";
import { tunableWorlds } from "../../envs/tunable.ts";
import { streamOf } from "../../lab/core/random.ts";
import { Box, Discrete } from "../../lab/core/space.ts";
import { type Actor, Episodes, sensed } from "../../web/episodes.ts";

/** Pushes against the pole's fall; remembers how often it acted. */
class Balance implements Actor {
  readonly masked = false;
  acted = 0;
  scores = Float32Array.of(0, 0);
  act(observation: unknown): number {
    this.acted++;
    const [, , angle, spin] = observation as Float32Array;
    this.scores = Float32Array.of(-angle - spin, angle + spin);
    return angle + spin > 0 ? 1 : 0;
  }
  reset(): void {
    this.acted = 0;
  }
}

const observe = (state: Json) => definitionOf("CartPole-v1").observe(state);
const cartPole = (actor: Actor = new Balance()) =>
  new Episodes(makeEnv("CartPole-v1"), actor, observe);
const stateOf = ({ environment }: Episodes) => (environment.snapshot!() as { state: Json }).state;
const kick = (state: Json) => (state as number[]).with(3, 1);

function run(episodes: Episodes, steps: number): Episodes {
  for (let t = 0; t < steps; t++) episodes.step();
  return episodes;
}

Deno.test("an episode taken back goes on as it did, and an actor's memory with it", () => {
  const actor = new Balance();
  const episodes = run(cartPole(actor), 30);
  const [state, standing] = [stateOf(episodes), episodes.standing];
  episodes.goTo(12);
  deepStrictEqual([episodes.standing.steps, episodes.standing.episodeReturn], [12, 12]);
  deepStrictEqual(stateOf(episodes), stateOf(run(cartPole(), 12)));
  strictEqual(episodes.length, 30);
  episodes.goTo(30);
  deepStrictEqual([stateOf(episodes), episodes.standing], [state, standing]);
  episodes.goTo(12);
  run(episodes, 1);
  deepStrictEqual([episodes.length, actor.acted], [13, 13]);
  run(episodes, 17);
  deepStrictEqual([stateOf(episodes), episodes.standing], [state, standing]);
  strictEqual(episodes.scores.length, 30);
});

Deno.test("an episode that was pushed says so, counts for nothing, and comes the same again", () => {
  const pushed = () => {
    const episodes = run(cartPole(), 20);
    episodes.touch(kick);
    return episodes;
  };
  const episodes = pushed();
  strictEqual(episodes.standing.touched, 20);
  deepStrictEqual((stateOf(episodes) as number[])[3], 1);
  run(episodes, 10);
  notDeepStrictEqual(stateOf(episodes), stateOf(run(cartPole(), 30)));
  deepStrictEqual(stateOf(episodes), stateOf(run(pushed(), 10)));

  // Before the push it is the policy's own, and goes on without it; with it where it is gone to.
  const state = stateOf(episodes);
  episodes.goTo(15);
  strictEqual(episodes.standing.touched, null);
  episodes.goTo(30);
  deepStrictEqual([stateOf(episodes), episodes.standing.touched], [state, 20]);
  episodes.goTo(15);
  run(episodes, 15);
  deepStrictEqual(stateOf(episodes), stateOf(run(cartPole(), 30)));

  const fallen = pushed();
  fallen.touch((state) => (state as number[]).with(2, 0.3));
  run(fallen, 1);
  deepStrictEqual([fallen.standing.end, fallen.standing.ended], ["terminated", 0]);
  fallen.step();
  strictEqual(fallen.standing.touched, null);
});

Deno.test("a return counts once, however often its end is gone back from", () => {
  const left: Actor = { masked: false, act: () => 0, reset() {} };
  const episodes = cartPole(left);
  while (episodes.standing.end === null) episodes.step();
  const { standing } = episodes;
  deepStrictEqual([standing.ended, standing.sum], [1, standing.steps]);
  episodes.goTo(3);
  strictEqual(episodes.standing.ended, 0);
  while (episodes.standing.end === null) episodes.step();
  deepStrictEqual(episodes.standing, standing);
});

Deno.test("each episode has its own seed, and any can be asked for", () => {
  const episodes = cartPole();
  const first = stateOf(episodes);
  episodes.begin();
  deepStrictEqual([episodes.standing.seed, episodes.standing.episode], [1, 2]);
  notDeepStrictEqual(stateOf(episodes), first);
  episodes.begin(0);
  deepStrictEqual(stateOf(episodes), first);
  const world = makeEnv("CartPole-v1");
  world.reset({ seed: 4_000_000_000 });
  episodes.begin(4_000_000_000);
  deepStrictEqual(stateOf(episodes), (world.snapshot!() as { state: Json }).state);
});

Deno.test("other constants take over where the world stands, and mark the episode", () => {
  const { constants, define } = tunableWorlds["CartPole-v1"];
  const own = Object.fromEntries(constants({}).map(({ key, value }) => [key, value]));
  const world = (values: object) =>
    environmentOf(define({ suttonBartoReward: false }, { ...own, ...values }));
  const episodes = run(cartPole(), 10);
  const state = stateOf(episodes);
  episodes.enter(world({ gravity: 20 }), true);
  deepStrictEqual([stateOf(episodes), episodes.standing.touched], [state, 10]);
  run(episodes, 5);
  notDeepStrictEqual(stateOf(episodes), stateOf(run(cartPole(), 15)));
  episodes.begin();
  strictEqual(episodes.standing.touched, 0);
  episodes.enter(world({}), false);
  episodes.begin(0);
  strictEqual(episodes.standing.touched, null);
  deepStrictEqual(stateOf(run(episodes, 10)), state);
});

Deno.test("an episode that is taken back to before a change is changed from there on, and counts for nothing", () => {
  const { constants, define } = tunableWorlds["CartPole-v1"];
  const own = Object.fromEntries(constants({}).map(({ key, value }) => [key, value]));
  const heavy = environmentOf(define({ suttonBartoReward: false }, { ...own, gravity: 20 }));
  const changes: ((episodes: Episodes) => void)[] = [
    (episodes) => episodes.enter(heavy, true),
    (episodes) => episodes.senses = { latency: 2, noise: 0 },
    (episodes) => episodes.senses = { latency: 0, noise: 0.05 },
  ];
  for (const change of changes) {
    const episodes = run(cartPole(), 10);
    change(episodes);
    episodes.goTo(4);
    strictEqual(episodes.standing.touched, null);
    run(episodes, 1);
    strictEqual(episodes.standing.touched, 4);
    while (episodes.standing.end === null) episodes.step();
    strictEqual(episodes.standing.ended, 0);
  }
});

Deno.test("late actions are those of some steps before, noisy observations stay in the space", () => {
  const seen: number[][] = [];
  const actor: Actor = {
    masked: false,
    act: (observation) => seen.push([...observation as Float32Array]) % 2,
    reset() {},
  };
  const late = cartPole(actor);
  late.senses = { latency: 3, noise: 0 };
  run(late, 8);
  deepStrictEqual(late.actions, [1, 1, 1, 1, 0, 1, 0, 1]);
  strictEqual(late.standing.touched, 0);

  seen.length = 0;
  const noisy = cartPole(actor);
  noisy.senses = { latency: 0, noise: 0.3 };
  run(noisy, 8);
  const first = seen.map((each) => [...each]);
  const space = noisy.environment.observationSpace;
  ok(first.every((each) => space.contains(Float32Array.from(each))));
  noisy.goTo(3);
  seen.length = 0;
  run(noisy, 5);
  // Those that led there are seen again, then the rest with the same noise.
  deepStrictEqual(seen, first);
});

Deno.test("another policy acts from the next episode on, and its episodes count from 1 again", () => {
  const right: Actor = { masked: false, act: () => 1, reset() {} };
  const episodes = cartPole();
  while (episodes.standing.end === null && episodes.standing.steps < 600) episodes.step();
  strictEqual(episodes.standing.ended, 1);
  episodes.begin();
  run(episodes, 10);
  const { seed, episode } = episodes.standing;
  strictEqual(episode, 2);
  episodes.follow(right);
  run(episodes, 20);
  // Always to the right the pole would lie by then.
  deepStrictEqual([episodes.standing.steps, episodes.standing.end], [30, null]);
  ok(episodes.actions.includes(0));
  episodes.begin(seed);
  const { standing } = episodes;
  deepStrictEqual([standing.episode, standing.seed, standing.ended], [1, seed, 0]);
  while (episodes.standing.end === null) episodes.step();
  ok(episodes.standing.steps < 15);
  deepStrictEqual(new Set(episodes.actions), new Set([1]));
  strictEqual(episodes.standing.ended, 1);
  // The same one again goes on counting.
  episodes.follow(right);
  episodes.begin();
  deepStrictEqual([episodes.standing.episode, episodes.standing.ended], [2, 1]);
});

Deno.test("how an episode ends is known wherever it is taken back to, and not before", () => {
  const episodes = cartPole({ masked: false, act: () => 1, reset() {} });
  episodes.step();
  strictEqual(episodes.end, null);
  episodes.goTo(0);
  strictEqual(episodes.end, null);
  while (episodes.standing.end === null) episodes.step();
  strictEqual(episodes.end, "terminated");
  episodes.goTo(3);
  deepStrictEqual([episodes.standing.end, episodes.end], [null, "terminated"]);
  deepStrictEqual(episodes.seen.length, 4);
  // Another way from there leads to no end yet.
  episodes.step();
  strictEqual(episodes.end, null);
});

Deno.test("noise is a share of an observation's range, of 1 where it has none, and stays within it", () => {
  const space = new Box({ low: [-1, 0, -Infinity], high: [3, 1, Infinity], shape: [3] });
  const seen = Float32Array.of(1, 0.5, 7);
  const random = streamOf(3, "noise");
  const expected = [4, 1, 1].map((range, i) => seen[i] + 0.01 * range * random.normal());
  const world = { observationSpace: space } as never;
  const noisy = sensed(seen, world, { latency: 0, noise: 0.01 }, streamOf(3, "noise"));
  deepStrictEqual(noisy, Float32Array.from(expected));
  const wild = Array.from(
    { length: 50 },
    (_, i) => sensed(seen, world, { latency: 0, noise: 9 }, streamOf(i, "noise")) as Float32Array,
  );
  ok(wild.every((each) => space.contains(each)));
  for (const end of [0, 1]) ok(wild.some(([, share]) => share === end));
  strictEqual(sensed(seen, world, { latency: 3, noise: 0 }, random), seen);
  const discrete = { observationSpace: new Discrete(4) } as never;
  strictEqual(sensed(2, discrete, { latency: 0, noise: 9 }, random), 2);
});

Deno.test("a policy that keeps to masks is shown what it chose among: forbidden actions have no score", () => {
  const scores = Float32Array.of(1, 2, 3, 4, 5, 6);
  const actor = (masked: boolean): Actor => ({
    masked,
    scores,
    act: (_, { actionMask } = {}) => actionMask?.[5] === 0 ? 0 : 5,
    reset() {},
  });
  const environment = makeEnv("Taxi-v4");
  const [kept] = run(new Episodes(environment, actor(true)), 1).scores;
  const place = makeEnv("Taxi-v4");
  place.reset({ seed: 0 });
  const mask = place.actionMask!();
  ok([...mask as number[]].includes(0));
  deepStrictEqual([...kept!], [...scores].map((score, i) => mask[i] === 0 ? -Infinity : score));
  const [all] = run(new Episodes(makeEnv("Taxi-v4"), actor(false)), 1).scores;
  deepStrictEqual([...all!], [...scores]);
});

Deno.test("an episode in a world without a limit ends where an evaluation cuts it", () => {
  const up = { masked: false, act: () => 0, reset() {} };
  const cliff = new Episodes(makeEnv("CliffWalking-v1"), up, undefined, 5);
  const { standing } = run(cliff, 5);
  deepStrictEqual([standing.end, standing.episodeReturn, standing.ended], ["cut", -5, 1]);
  const other = { ...up };
  cliff.follow(other);
  cliff.step();
  deepStrictEqual([cliff.standing.episode, cliff.standing.steps, cliff.standing.seed], [1, 0, 0]);
  const unlimited = new Episodes(makeEnv("CliffWalking-v1"), up);
  strictEqual(run(unlimited, LONGEST - 1).standing.end, null);
  strictEqual(run(unlimited, 1).standing.end, "cut");
});
