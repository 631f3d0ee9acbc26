import { deepStrictEqual, notDeepStrictEqual, ok, strictEqual, throws } from "node:assert";
import * as fc from "fast-check";
import { namedMaps } from "../../envs/gridworld_map.ts";
import { makeEnv } from "../../envs/mod.ts";
import { VectorEnvironment } from "../../lab/core/vector.ts";

const tableOf = (options: object) => makeEnv("GridWorld-v0", options).transitions!();

/** Optimal values by value iteration over the exported transitions. */
function valueIteration(options: object, gamma: number) {
  const table = tableOf(options);
  const values = new Float64Array(table.length);
  const backup = (cell: number, action: number) =>
    table[cell][action].reduce(
      (sum, { probability, reward, terminated, state }) =>
        sum + probability * (reward + (terminated ? 0 : gamma * values[state])),
      0,
    );
  for (let [change, sweeps] = [1, 0]; change > 1e-12; sweeps++) {
    ok(sweeps < 10_000, "some state has no way to an end");
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
  const { values } = valueIteration({ stepCost: 0 }, 0.9);
  // 14 moves from corner to corner, the last of them rewarded: γ¹³.
  ok(Math.abs(values[0] - 0.9 ** 13) < 1e-12);
});

Deno.test("the shortest way of the Dyna maze has 14 moves", () => {
  // Sutton and Barto (2018), example 8.1: "the optimal number of steps per episode, 14".
  const { values } = valueIteration({ mapName: "dyna-maze", stepCost: 0 }, 0.9);
  ok(Math.abs(values[2 * 9] - 0.9 ** 13) < 1e-12);
});

/** The best undiscounted return from the first start, at a cost of 1 a step. */
function bestReturn(options: object): number {
  const values = valueIteration({ stepCost: 1, goalReward: 0, ...options }, 1).values;
  return values[makeEnv("GridWorld-v0", options).reset({ seed: 0 }).observation as number];
}

Deno.test("best returns are those of Sutton and Barto's windy world and cliff", () => {
  // Example 6.5: 15 moves; exercise 6.9: with king's moves 7. Example 6.6: 13 moves.
  strictEqual(bestReturn({ mapName: "windy" }), -15);
  strictEqual(bestReturn({ mapName: "windy", diagonal: true }), -7);
  strictEqual(bestReturn({ mapName: "cliff", pitReward: -99, pitEnds: false }), -13);
});

Deno.test("the key of the door is fetched first: 3 + 4 + 4 moves", () => {
  strictEqual(bestReturn({ mapName: "key-door" }), -11);
});

Deno.test("with diagonal moves the empty map takes 7 of them, whatever its size's name", () => {
  strictEqual(bestReturn({ diagonal: true }), -7);
  strictEqual(bestReturn({ mapName: "empty-3x12" }), -13);
});

Deno.test("a maze has one way between any two rooms and depends on its seed alone", () => {
  const starts = new Set<number>();
  for (const mapSeed of [0, 1, 2]) {
    const options = { mapName: "maze", mapSize: 6, mapSeed };
    const table = tableOf(options);
    deepStrictEqual(tableOf(options), table);
    // A tree: 36 rooms and 35 ways between them are free, all the rest is wall or the goal.
    strictEqual(table.filter(([row]) => row.length > 0).length, 36 + 35 - 1);
    ok(valueIteration(options, 0.99).values.filter((value) => value !== 0).length === 70);
    starts.add(bestReturn(options));
  }
  ok(starts.size > 1);
});

/** The cells (and keys) after each of the actions, from the start of a map. */
function walk(options: object, actions: readonly number[]): number[] {
  const env = makeEnv("GridWorld-v0", options);
  env.reset({ seed: 0 });
  return actions.map((action) => env.step(action).observation);
}

const [up, right, down, left] = [0, 1, 2, 3];

Deno.test("on ice a move goes on until it leaves the ice or cannot go on", () => {
  deepStrictEqual(walk({ map: "S~~.G" }, [right, left]), [3, 0]);
  deepStrictEqual(walk({ map: "S~~#\n..~G" }, [right, down, left]), [2, 6, 5]);
  deepStrictEqual(walk({ map: "S~~G" }, [right]), [3]);
});

Deno.test("one-way cells are entered and left in the direction of their arrow only", () => {
  deepStrictEqual(walk({ map: "S>.\n..G" }, [right, left, down, up, right, left]), [
    1,
    1,
    1,
    1,
    2,
    2,
  ]);
  deepStrictEqual(walk({ map: "S^.\n..G" }, [right, down, right, up, left]), [0, 3, 4, 1, 1]);
});

Deno.test("a door opens for who holds its key, which is gone from its cell", () => {
  const map = "aSAG";
  deepStrictEqual(walk({ map }, [right, left, right, right, right]), [1, 4, 5, 6, 7]);
  const env = makeEnv("GridWorld-v0", { map, observation: "coordinates" });
  deepStrictEqual([...env.reset().observation], [0, Math.fround(1 / 3), 0]);
  deepStrictEqual([...env.step(left).observation], [0, 0, 1]);
});

Deno.test("who enters a teleporter leaves from the other one, and may step off it", () => {
  deepStrictEqual(walk({ map: "S1#\n##1\n##G" }, [right, up, left]), [5, 5, 5]);
  deepStrictEqual(walk({ map: "S1.\n##1\n##G" }, [right, up, left]), [5, 2, 5]);
});

Deno.test("wind pushes by the column of departure, and noise makes it one more or less", () => {
  const map = "...\nS..\n..G";
  deepStrictEqual(walk({ map, wind: [0, 1, 0] }, [right, right]), [4, 2]);
  deepStrictEqual(walk({ map, wind: [-1, 0, 0] }, [right]), [7]);
  const row = tableOf({ map, wind: [2, 0, 0], windNoise: true })[6][right];
  deepStrictEqual(row.map(({ state }) => state), [4, 1, 1]);
});

Deno.test("noisy wind is one less, as much or one more where wind blows, and none where none does", () => {
  // Sutton and Barto (2018), example 6.5 and exercise 6.10, counted cell by cell.
  const wind = [0, 0, 0, 1, 1, 1, 2, 2, 1, 0];
  const [rows, columns] = [7, wind.length];
  const ways = [[-1, 0], [0, 1], [1, 0], [0, -1], [-1, 1], [1, 1], [1, -1], [-1, -1]];
  const kept = (row: number) => Math.min(Math.max(row, 0), rows - 1);
  tableOf({ mapName: "windy", diagonal: true, windNoise: true }).forEach((actions, cell) => {
    const [row, column] = [Math.floor(cell / columns), cell % columns];
    const winds = wind[column] === 0 ? [0] : [-1, 0, 1].map((noise) => wind[column] + noise);
    actions.filter((row) => row.length > 0).forEach((outcomes, action) => {
      const [down, right] = ways[action];
      const isWithin = kept(row + down) === row + down && (wind[column + right] ?? -1) >= 0;
      const [y, x] = isWithin ? [row + down, column + right] : [row, column];
      deepStrictEqual(
        outcomes.map(({ state, probability }) => [state, probability]),
        winds.map((up) => [kept(y - up) * columns + x, 1 / winds.length]),
        `${cell}, action ${action}`,
      );
    });
  });
});

Deno.test("goals may have rewards of their own, and pits may lead back to the starts", () => {
  const options = { map: "GSG\nSO.", stepCost: 0, goalRewards: [1, 5] };
  const [toLeft, , , toRight] = [left, 0, 0, right].map((action) => tableOf(options)[1][action][0]);
  deepStrictEqual([toLeft.reward, toRight.reward], [1, 5]);
  const back = tableOf({ map: "GSG\nSO.", stepCost: 0, pitReward: -3, pitEnds: false })[1][down];
  deepStrictEqual(
    back,
    [1, 3].map((state) => ({
      probability: 0.5,
      state,
      reward: -3,
      terminated: false,
    })),
  );
});

Deno.test("the window shows what is near and the border as wall", () => {
  const env = makeEnv("GridWorld-v0", {
    map: "S#\n.G\nO.",
    observation: "window",
    windowRadius: 1,
  });
  const { observation } = env.reset();
  ok(env.observationSpace.contains(observation));
  const seen = Array.from(
    { length: 9 },
    (_, i) => observation.subarray(8 * i, 8 * i + 8).indexOf(1),
  );
  deepStrictEqual(seen, [0, 0, 0, 0, -1, 0, 0, -1, 1]);
});

Deno.test("window and image show no key that was taken and its door as open, as the state says", () => {
  // By channel (4 one way … 7 teleporter): -1 free; the agent stands in the middle.
  const map = "ASab.BG";
  const [right, left] = [1, 3];
  const shown = (observation: string, actions: readonly number[]) => {
    const env = makeEnv("GridWorld-v0", { map, observation, windowRadius: 6 });
    let seen = env.reset().observation as Float32Array;
    for (const action of actions) seen = env.step(action).observation as Float32Array;
    return seen;
  };
  const row = (actions: readonly number[]) => {
    const seen = shown("window", actions);
    return Array.from(
      { length: 13 },
      (_, x) => seen.subarray(8 * (6 * 13 + x)).slice(0, 8).indexOf(1),
    );
  };
  const wall = (count: number) => new Array<number>(count).fill(0);
  deepStrictEqual(row([]), [...wall(5), 6, -1, 5, 5, -1, 6, 1, ...wall(1)]);
  // The key of its own letter opens a door, that of another one none.
  deepStrictEqual(row([right]), [...wall(4), -1, -1, -1, 5, -1, 6, 1, ...wall(2)]);
  deepStrictEqual(row([right, left]), [...wall(5), -1, -1, -1, 5, -1, 6, 1, ...wall(1)]);
  const pixel = (actions: readonly number[], cell: number) =>
    shown("image", actions).slice(3 * cell, 3 * cell + 3);
  deepStrictEqual(pixel([right, left], 2), pixel([], 4));
  notDeepStrictEqual(pixel([], 2), pixel([], 4));
});

Deno.test("the image has one pixel a cell", () => {
  const env = makeEnv("GridWorld-v0", { map: "S#\n.G", observation: "image" });
  const { observation } = env.reset();
  ok(env.observationSpace.contains(observation));
  const colors = Array.from({ length: 4 }, (_, i) => observation.subarray(3 * i, 3 * i + 3).join());
  strictEqual(new Set(colors).size, 4);
});

Deno.test("the optimal policy walks along the cliff to the goal in 13 steps", () => {
  const { policy } = valueIteration({ mapName: "cliff" }, 0.99);
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
  const options = { map: "...\n.S.\n..G", slip: 0.4, timeLimit: 1, observation: "one-hot" };
  const expected = tableOf(options)[4][0];
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
    const table = tableOf({ mapName, slip: 0.3, windNoise: true, pitEnds: false, diagonal: true });
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
    ["SAG", /no a for the door in line 1, column 2/],
    ["BSG", /no b for the door in line 1, column 1/],
    ["xSG", /"x" in line 1, column 1/],
    ["1SG", /1 cells are 1, the first in line 1, column 1/],
    ["S2G\n1.1", /1 cells are 2, the first in line 1, column 2/],
    ["S1G", /teleporters must come in pairs: 1 cells are 1, the first in line 1, column 2/],
    ["S<G", /start in line 1, column 1/],
    ["SAGa", /start in line 1, column 1/],
  ];
  for (const [map, message] of wrong) {
    throws(() => makeEnv("GridWorld-v0", { map }), { name: "InputError", message });
  }
  throws(() => makeEnv("GridWorld-v0", { mapName: "maize" }), /known are .*maze.*"maize"/);
  throws(() => makeEnv("GridWorld-v0", { wind: [1, 2] }), /8 columns.*: 2/);
  throws(() => makeEnv("GridWorld-v0", { goalRewards: [1, 2] }), /1 goals.*: 2 goalRewards/);
});

Deno.test("any text is a map or an input error, and every map can be walked", () => {
  const text = fc.array(fc.constantFrom(..."#SGO. ~^>v<aAbB12\n?"), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(text, fc.array(fc.nat(7), { maxLength: 20 }), (symbols, actions) => {
      let env;
      try {
        env = makeEnv("GridWorld-v0", { map: "S" + symbols.join(""), diagonal: true });
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
    { seed: 1, numRuns: 500 },
  );
});

Deno.test("shaping adds γ Φ(next) − Φ(before): what is left of the walk, or the straight line", () => {
  // A wall to walk around: 4 moves where the crow flies 2 cells.
  const map = "S#G\n...";
  const rewards = (shaping?: string) =>
    tableOf({ map, ...shaping && { shaping, shapingDiscount: 0.9 } })[0].map(([{ reward }]) =>
      reward
    );
  const near = (found: number[], expected: number[]) => {
    strictEqual(found.length, expected.length);
    found.forEach((value, i) => ok(Math.abs(value - expected[i]) < 1e-12, `${found}`));
  };
  // Up and right stay, down leads nearer (right and left stay, too).
  near(rewards(), [-0.01, -0.01, -0.01, -0.01]);
  near(rewards("walk"), [-0.006, -0.006, 0.003, -0.006]); // Φ: −0.04, below −0.03
  near(rewards("straight-line"), [-0.008, -0.008, -0.017, -0.008]); // Φ: −0.02, below −0.03
  // An end counts nothing, be it one cell from the goal.
  const shaped = { map: "SG\nO.", shaping: "straight-line", shapingDiscount: 0.9 };
  near(tableOf(shaped)[0].map(([{ reward }]) => reward), [-0.009, 1, -1, -0.009]); // Φ: −0.01
});

Deno.test("shaping lowers the best values by the potential, a whole number of moves", () => {
  const options = { mapName: "four-rooms", stepCost: 0.01 };
  const plain = valueIteration(options, 0.95);
  for (const shaping of ["walk", "straight-line"]) {
    const shaped = valueIteration({ ...options, shaping, shapingDiscount: 0.95 }, 0.95);
    const table = tableOf(options);
    table.forEach((actions, cell) => {
      if (actions[0].length === 0) return;
      const distances = (plain.values[cell] - shaped.values[cell]) / -0.01;
      ok(Math.abs(distances - Math.round(distances)) < 1e-6 && distances > 0, `cell ${cell}`);
    });
  }
});
