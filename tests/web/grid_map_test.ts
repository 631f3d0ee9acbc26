import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { makeEnv } from "../../envs/mod.ts";
import { defineEnvironment, environmentOf } from "../../lab/core/define_environment.ts";
import { Discrete } from "../../lab/core/space.ts";
import type { ActOptions } from "../../lab/core/trainer.ts";
import {
  actionsIn,
  gridOf,
  headingOf,
  mapped,
  mixed,
  policyValues,
  stateAt,
} from "../../web/grid_map.ts";

/** A world that has begun, as a drawing needs. */
function begun(id: string, options: object = {}) {
  const environment = makeEnv(id, options);
  environment.reset({ seed: 0 });
  return environment;
}

Deno.test("a world whose states are cells is a grid, another is none", () => {
  const { rows, columns } = gridOf(begun("FrozenLake-v1"))!;
  deepStrictEqual([rows, columns], [4, 4]);
  deepStrictEqual(gridOf(begun("CliffWalking-v1"))!.columns, 12);
  strictEqual(gridOf(begun("Taxi-v4")), undefined);
  strictEqual(gridOf(begun("CartPole-v1")), undefined);
});

Deno.test("what a policy does is asked in every state", () => {
  const { table } = gridOf(begun("FrozenLake-v1"))!;
  const actor = { masked: false, act: (state: unknown) => (state as number) % 3 };
  const actions = actionsIn(table, actor, begun("FrozenLake-v1"));
  deepStrictEqual(actions, Int32Array.from({ length: 16 }, (_, state) => state % 3));
});

Deno.test("what a policy that keeps to masks does is asked within the mask of each state", () => {
  const row = defineEnvironment({
    id: "Row-v0",
    observationSpace: new Discrete(3),
    actionSpace: new Discrete(2),
    reset: () => 1,
    step: (x: number) => ({ state: x, reward: 0, terminated: true }),
    observe: (x: number) => x,
    actionMask: (x: number) => [x > 0 ? 1 : 0, 1],
  });
  const place = environmentOf(row);
  place.reset({ seed: 0 });
  const first = {
    act: (_: unknown, { actionMask }: ActOptions = {}) => actionMask?.[0] === 0 ? 1 : 0,
  };
  const table = new Array(3).fill([]);
  deepStrictEqual([...actionsIn(table, { ...first, masked: true }, place)], [1, 0, 0]);
  deepStrictEqual([...actionsIn(table, { ...first, masked: false }, place)], [0, 0, 0]);
});

Deno.test("a policy that comes to no end has no value without a discount, and one with it", () => {
  // Left for ever, at −1 a step, or to the end.
  const to = (state: number, terminated: boolean) => [
    [{ probability: 1, state, reward: -1, terminated }],
  ];
  const table = [to(0, false), to(2, true), to(2, true)];
  deepStrictEqual([...policyValues(table, [0, 0, 0], 1)], [NaN, -1, -1]);
  const [endless, ...others] = policyValues(table, [0, 0, 0], 0.999);
  ok(Math.abs(endless + 1000) < 0.1, String(endless));
  deepStrictEqual(others, [-1, -1]);
});

Deno.test("the cell under a point is a state, row by row from the top left", () => {
  const grid = gridOf(begun("FrozenLake-v1"))!;
  deepStrictEqual(
    [[0.5, 3.5], [1.2, 3.9], [0, 2.5], [3.9, 0.1]].map(([x, y]) => stateAt(grid, [x, y])),
    [
      ...[0, 1, 4, 15],
    ],
  );
  deepStrictEqual([[-0.1, 1], [4, 1], [1, 4], [1, -0.1]].map(([x, y]) => stateAt(grid, [x, y])), [
    ...[undefined, undefined, undefined, undefined],
  ]);
});

Deno.test("values of a policy solve Bellman's equation", () => {
  // Without ice: six moves to the goal, of which the last one pays 1.
  const grid = gridOf(begun("FrozenLake-v1", { isSlippery: false }))!;
  //               S  F  F  F
  //               F  H  F  H
  //               F  F  F  H
  //               H  F  F  G
  const actions = [1, 2, 1, 0, 1, 0, 1, 0, 2, 1, 1, 0, 0, 2, 2, 0];
  const values = policyValues(grid.table, actions, 0.9);
  ok(Math.abs(values[0] - 0.9 ** 5) < 1e-8, String(values[0]));
  ok(Math.abs(values[14] - 1) < 1e-8);
  deepStrictEqual([values[5], values[15]], [0, 0]);

  const slippery = gridOf(begun("FrozenLake-v1"))!.table;
  const found = policyValues(slippery, actions, 0.99);
  slippery.forEach((row, state) => {
    const backed = row[actions[state]].reduce(
      (sum, { probability, state, reward, terminated }) =>
        sum + probability * (reward + (terminated ? 0 : 0.99 * found[state])),
      0,
    );
    ok(Math.abs(backed - found[state]) < 1e-8, `${state}: ${backed}, ${found[state]}`);
  });
});

Deno.test("what ends an episode is worth its reward, whatever the state that it ends in is worth", () => {
  const to = (state: number, reward: number, terminated: boolean) => [
    [{ probability: 1, state, reward, terminated }],
  ];
  deepStrictEqual(
    [...policyValues([to(1, 1, true), to(0, 5, true), to(1, 2, false)], [0, 0, 0], 0.5)],
    [1, 5, 4.5],
  );
});

Deno.test("arrows go where an action means to, and stand above cells, below the agent", () => {
  const environment = begun("FrozenLake-v1");
  const grid = gridOf(environment)!;
  deepStrictEqual([headingOf("down"), headingOf("pick up")], [[0, -1], undefined]);
  deepStrictEqual(headingOf("up left")!.map((part) => Math.sign(part)), [-1, 1]);
  const scene = environment.scene!();
  const figures = Float64Array.from({ length: 16 }, (_, i) => i);
  const { shapes } = mapped(scene, grid, figures, () => "right");
  deepStrictEqual(shapes.at(-1), scene.shapes.at(-1));
  const added = shapes.slice(scene.shapes.length - 1, -1);
  // Eleven cells that are neither hole nor goal, each with a tint and the two lines of an arrow.
  strictEqual(added.length, 33);
  deepStrictEqual(added[0].kind === "polygon" && added[0].fill, "#f7f6f2");
  // The first cell lies at the upper left: its arrow's shaft and head.
  const arrow = added.slice(1, 3).map((shape) => shape.kind === "line" ? shape.points : []);
  const [[from, to]] = arrow;
  const near = (a: number, b: number) => ok(Math.abs(a - b) < 1e-12, `${a} ${b}`);
  const [x, y] = [(from[0] + to[0]) / 2, from[1]];
  [[-0.25, 0], [0.25, 0], [0.1, 0.13], [0.25, 0], [0.1, -0.13]].forEach(([across, up], i) => {
    near(arrow.flat()[i][0], x + across);
    near(arrow.flat()[i][1], y + up);
  });
  strictEqual(mapped(scene, grid, new Array(16).fill(NaN)).shapes.length, scene.shapes.length);
});

Deno.test("colours are mixed channel by channel", () => {
  strictEqual(mixed("#000000", "#ff8040", 0.5), "#804020");
  deepStrictEqual([mixed("#0a0b0c", "#ffffff", 0), mixed("#0a0b0c", "#fffeff", 1)], [
    "#0a0b0c",
    "#fffeff",
  ]);
});
