/** Two episodes in one drawing. */
import { deepStrictEqual } from "node:assert";
import { makeEnv } from "../../envs/mod.ts";
import type { Scene } from "../../lab/core/scene.ts";
import { ghosted } from "../../web/ghost.ts";

const ground = { kind: "line", points: [[0, 0], [9, 0]], color: "#000000", width: 1 } as const;
const sky = { kind: "text", at: [1, 1], text: "3", size: 1, color: "#000000" } as const;
const ball = (x: number) =>
  ({ kind: "circle", center: [x, 1], radius: 1, fill: "#000000" }) as const;
const scene = (...shapes: Scene["shapes"]): Scene => ({
  view: [0, 0, 9, 9],
  background: "#ffffff",
  shapes,
});

Deno.test("a ghost is what moves in the other drawing, pale, behind what moves in this one", () => {
  const own = scene(ground, ball(1), sky);
  const other = scene(ground, ball(2), { ...sky, text: "4" });
  const ghost = { ...ball(2), fill: "#999999" };
  deepStrictEqual(ghosted(own, other).shapes, [ground, ghost, ball(1), sky]);
  deepStrictEqual(ghosted(own, own).shapes, own.shapes);
  const map = { ...ground, color: "#123456" } as const;
  const drawn = scene(ground, map, ...own.shapes.slice(1));
  deepStrictEqual(ghosted(own, other, drawn).shapes, [ground, map, ghost, ball(1), sky]);
});

Deno.test("a cart that another has left behind shows it, and one ground", () => {
  const [one, two] = [1, 2].map((seed) => {
    const environment = makeEnv("CartPole-v1");
    environment.reset({ seed });
    for (let t = 0; t < 8; t++) environment.step(1);
    return environment.scene!();
  });
  const { shapes } = ghosted(one, two);
  const moving = one.shapes.filter((shape) =>
    !two.shapes.some((each) => JSON.stringify(each) === JSON.stringify(shape))
  );
  deepStrictEqual(shapes.length, one.shapes.length + moving.length);
  deepStrictEqual(shapes.filter((shape) => one.shapes.includes(shape)), one.shapes);
});
