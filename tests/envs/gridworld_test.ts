import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import * as fc from "fast-check";
import {
  gridWorldConfiguration,
  type GridWorldOptions,
  gridWorldTransitions,
} from "../../envs/gridworld.ts";
import { namedMaps } from "../../envs/gridworld_map.ts";
import { makeEnv } from "../../envs/mod.ts";
import { VectorEnvironment } from "../../lab/core/vector.ts";

const optionsOf = (options: object = {}): GridWorldOptions => gridWorldConfiguration.parse(options);

/** Optimal values by value iteration over the exported transitions. */
function valueIteration(options: GridWorldOptions, gamma: number) {
  const table = gridWorldTransitions(options);
  const values = new Float64Array(table.length);
  const backup = (cell: number, action: number) =>
    table[cell][action].reduce(
      (sum, { probability, reward, terminated, state }) =>
        sum + probability * (reward + (terminated ? 0 : gamma * values[state])),
      0,
    );
  for (let change = 1; change > 1e-12;) {
    change = 0;
    table.forEach((actions, cell) => {
      const best = Math.max(...actions.map((_, action) => backup(cell, action)));
      change = Math.max(change, Math.abs(best - values[cell]));
      values[cell] = best;
    });
  }
  const policy = table.map((actions, cell) => {
    const q = actions.map((_, action) => backup(cell, action));
    return q.indexOf(Math.max(...q));
  });
  return { values, policy };
}

Deno.test("on an empty map the optimal value is the shortest way's", () => {
  const { values } = valueIteration(optionsOf({ stepCost: 0 }), 0.9);
  // 14 moves from corner to corner, the last of them rewarded: γ¹³.
  ok(Math.abs(values[0] - 0.9 ** 13) < 1e-12);
});

Deno.test("the shortest way of the Dyna maze has 14 moves", () => {
  // Sutton and Barto (2018), example 8.1: "the optimal number of steps per episode, 14".
  const { values } = valueIteration(optionsOf({ mapName: "dyna-maze", stepCost: 0 }), 0.9);
  ok(Math.abs(values[2 * 9] - 0.9 ** 13) < 1e-12);
});

Deno.test("the optimal policy walks along the cliff to the goal in 13 steps", () => {
  const { policy } = valueIteration(optionsOf({ mapName: "cliff" }), 0.99);
  const env = makeEnv("GridWorld-v0", { mapName: "cliff" });
  let cell = env.reset({ seed: 0 }).observation as number;
  let [episodeReturn, length] = [0, 0];
  for (let ended = false; !ended; length++) {
    const result = env.step(policy[cell]);
    cell = result.observation;
    episodeReturn += result.reward;
    ended = result.terminated || result.truncated;
  }
  strictEqual(length, 13);
  ok(Math.abs(episodeReturn - (1 - 13 * 0.01)) < 1e-12);
});

Deno.test("a fall into a pit ends the episode with the pit's reward", () => {
  const env = makeEnv("GridWorld-v0", { mapName: "cliff", pitReward: -5, stepCost: 1 });
  env.reset();
  const { observation, reward, terminated } = env.step(1);
  deepStrictEqual({ observation, reward, terminated }, {
    observation: 37,
    reward: -6,
    terminated: true,
  });
});

Deno.test("a move into a wall or over the border stays where it is", () => {
  const env = makeEnv("GridWorld-v0", { map: "S#G\n..." });
  env.reset();
  deepStrictEqual([0, 3, 1].map((action) => env.step(action).observation), [0, 0, 0]);
  deepStrictEqual([2, 1, 0, 1, 2].map((action) => env.step(action).observation), [3, 4, 4, 5, 5]);
});

Deno.test("what happens has the exported probabilities, slips included", () => {
  const options = optionsOf({ map: "...\n.S.\n..G", slip: 0.4, timeLimit: 1 });
  const expected = gridWorldTransitions(options)[4][0];
  const vector = new VectorEnvironment(() => makeEnv("GridWorld-v0", options), 1, {
    autoreset: "same-step",
  });
  vector.reset({ seeds: [5] });
  const counts = new Map<number, number>();
  const draws = 4000;
  for (let i = 0; i < draws; i++) {
    const cell = vector.step([0]).finalObservations.indexOf(1);
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  strictEqual(counts.size, expected.length);
  for (const { state, probability } of expected) {
    ok(Math.abs(counts.get(state)! / draws - probability) < 0.03, `cell ${state}`);
  }
});

Deno.test("the probabilities of every cell and action add up to 1", () => {
  for (const mapName of Object.keys(namedMaps)) {
    const table = gridWorldTransitions(optionsOf({ mapName, slip: 0.3 }));
    for (const transitions of table.flat()) {
      const sum = transitions.reduce((sum, { probability }) => sum + probability, 0);
      ok(transitions.length === 0 || Math.abs(sum - 1) < 1e-12);
    }
  }
});

Deno.test("the three observations show the same cell", () => {
  const make = (observation: string) => {
    const env = makeEnv("GridWorld-v0", { map: "S..\n..G", observation });
    env.reset();
    env.step(1);
    const shown = env.step(2).observation;
    ok(env.observationSpace.contains(shown));
    return shown;
  };
  strictEqual(make("index"), 4);
  deepStrictEqual(make("coordinates"), Float32Array.of(1, 0.5));
  deepStrictEqual(make("one-hot"), Float32Array.of(0, 0, 0, 0, 1, 0));
});

Deno.test("several starts are drawn equally often", () => {
  const env = makeEnv("GridWorld-v0", { map: "S.S\n.G." });
  env.reset({ seed: 1 });
  let left = 0;
  for (let i = 0; i < 1000; i++) if (env.reset().observation === 0) left++;
  ok(Math.abs(left - 500) < 60, `${left}`);
});

Deno.test("impossible maps are refused and say where they are wrong", () => {
  const wrong: [string, RegExp][] = [
    ["S.\n.G.", /line 1 has 2 cells, line 2 has 3/],
    ["S.\n.x", /"x" in line 2, column 2/],
    ["..\n.G", /no cell is S/],
    ["S.\n..", /no cell is G/],
    ["S#G", /start in line 1, column 1/],
    ["SOG", /start in line 1, column 1/],
    ["SG#\n.##\n..#\n###\nG#.", /goal in line 5, column 1 is not/],
    ["\n\n", /not empty/],
  ];
  for (const [map, message] of wrong) {
    throws(() => makeEnv("GridWorld-v0", { map }), { name: "InputError", message });
  }
});

Deno.test("any text is a map or an input error, and every map can be walked", () => {
  const text = fc.array(fc.constantFrom("#", "S", "G", "O", ".", " ", "\n", "?"), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(text, fc.array(fc.nat(3), { maxLength: 20 }), (symbols, actions) => {
      let env;
      try {
        env = makeEnv("GridWorld-v0", { map: "S" + symbols.join("") });
      } catch (error) {
        strictEqual((error as Error).name, "InputError");
        return;
      }
      env.reset();
      for (const action of actions) {
        const { observation, terminated } = env.step(action);
        ok(env.observationSpace.contains(observation));
        if (terminated) break;
      }
    }),
  );
});
