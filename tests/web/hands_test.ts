import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { definitionOf } from "../../envs/mod.ts";
import { streamOf } from "../../lab/core/random.ts";
import { handles, type Point, type Pose, pushedTo } from "../../web/hands.ts";
import type { Scene } from "../../lab/core/scene.ts";

/** The end of a world's last thick line: the tip of the pole, of the rod, of the upper link. */
function tipOf(scene: Scene, index: number): Point {
  const lines = scene.shapes.filter((shape) => shape.kind === "line");
  return lines.at(index)!.points.at(-1)!;
}

const close = (a: Point, b: Point) => Math.hypot(a[0] - b[0], a[1] - b[1]) < 1e-3;

Deno.test("what is dragged is drawn towards the pointer, and is held there", () => {
  const cases: [id: string, pose: Pose, part: string, index: number, point: Point][] = [
    ["CartPole-v1", [0.3, 1, 0.1, 2], "pole", -1, [0.3 + Math.sin(0.2), 0.2 + Math.cos(0.2)]],
    ["Pendulum-v1", [2, 5], "rod", -1, [Math.sin(1), Math.cos(1)]],
    ["Acrobot-v1", [0.1, 0.2, 3, 4], "link", 1, [Math.sin(2), -Math.cos(2)]],
  ];
  for (const [id, pose, part, index, point] of cases) {
    const { scene, observe, observationSpace } = definitionOf(id);
    const handle = handles[id];
    strictEqual(handle.partAt(pose, tipOf(scene!(pose), index), 1), part, id);
    const dragged = handle.dragged(pose, part, point);
    ok(close(tipOf(scene!(dragged), index), point), `${id}: ${tipOf(scene!(dragged), index)}`);
    ok(observationSpace.contains(observe(dragged)), id);
    strictEqual(handle.partAt(dragged, point, 1), part);
  }
  deepStrictEqual(handles["CartPole-v1"].dragged([0, 1, 0.1, 2], "cart", [1, 0]), [1, 0, 0.1, 2]);
  deepStrictEqual(handles["MountainCar-v0"].dragged([0, 0.01], "car", [-0.5, 1]), [-0.5, 0]);
});

Deno.test("a kick goes away from the pointer", () => {
  const cartPole = handles["CartPole-v1"];
  strictEqual(cartPole.kicked([0, 0, 0, 0], "pole", [0.1, 0.9])[3], -0.5);
  strictEqual(cartPole.kicked([0, 0, 0, 0], "pole", [-0.1, 0.9])[3], 0.5);
  strictEqual(cartPole.kicked([1, 0, 0, 0], "cart", [1.1, 0])[1], -0.5);
  const pendulum = handles["Pendulum-v1"];
  // Upright, the angle grows to the left: a pointer on the right pushes to the left.
  strictEqual(pendulum.kicked([0, 0], "rod", [0.1, 0.8])[1], 3);
  strictEqual(pendulum.kicked([0, 0], "rod", [-0.1, 0.8])[1], -3);
  strictEqual(pendulum.kicked([0, 7], "rod", [0.1, 0.8])[1], 8);
  // Hanging, the upper link's angle grows to the right.
  const acrobot = handles["Acrobot-v1"];
  strictEqual(acrobot.kicked([0, 0, 0, 0], "link", [-0.1, -0.5])[2], 2);
  // Held out to the right, it is pushed down from above.
  strictEqual(acrobot.kicked([Math.PI / 2, 0, 0, 0], "link", [0.5, 0.1])[2], -2);
  strictEqual(acrobot.kicked([Math.PI / 2, 0, 0, 0], "link", [0.5, -0.1])[2], 2);
  strictEqual(handles["MountainCar-v0"].kicked([0, 0], "car", [0.05, 1])[1], -0.02);
});

Deno.test("nothing is taken hold of far from everything", () => {
  for (const [id, handle] of Object.entries(handles)) {
    const pose = id.startsWith("Mountain") ? [-0.5, 0] : [0, 0, 0, 0];
    strictEqual(handle.partAt(pose, [2, 1.1], 1), undefined, id);
  }
  // Beyond the tip of an upright pole, in line with it.
  strictEqual(handles["CartPole-v1"].partAt([0, 0, 0, 0], [0, 1.9], 1), undefined);
});

Deno.test("whatever a hand does, the world looks like one that it can be", () => {
  const parts: Readonly<Record<string, string[]>> = { "CartPole-v1": ["pole", "cart"] };
  const random = streamOf(1, "hands");
  for (const [id, handle] of Object.entries(handles)) {
    const { observe, observationSpace, reset } = definitionOf(id);
    let pose: Pose = [...reset(random, {})];
    const moved = new Set<string>();
    for (let i = 0; i < 300; i++) {
      const point: Point = [16 * random.uniform() - 8, 4 * random.uniform() - 2];
      for (const part of parts[id] ?? [handle.parts.replace(/^the (upper )?/, "")]) {
        const before = `${pose}`;
        pose = handle[i % 7 < 5 ? "kicked" : "dragged"](pose, part, point);
        ok(observationSpace.contains(observe(pose)), `${id}, ${part} at ${point}: ${pose}`);
        if (`${pose}` !== before) moved.add(part);
      }
    }
    strictEqual(moved.size, parts[id]?.length ?? 1, id);
  }
});

Deno.test("a button pushes what stands or hangs to its own side, as a pointer from the other does", () => {
  const side = (id: string, pose: readonly number[], at: number) =>
    ([-1, 1] as const).map((side) => pushedTo(handles[id], pose, side)[at]);
  deepStrictEqual(side("CartPole-v1", [1, 0, 0, 0], 3), [-0.5, 0.5]);
  deepStrictEqual(side("MountainCar-v0", [-0.5, 0], 1), [-0.02, 0.02]);
  // Upright, a positive spin goes to the left; hanging, to the right.
  deepStrictEqual(side("Pendulum-v1", [0, 0], 1), [3, -3]);
  deepStrictEqual(side("Pendulum-v1", [Math.PI, 0], 1), [-3, 3]);
  deepStrictEqual(side("Acrobot-v1", [0, 0, 0, 0], 2), [-2, 2]);
});
