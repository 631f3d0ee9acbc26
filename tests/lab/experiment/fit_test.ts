import { deepStrictEqual, strictEqual } from "node:assert";
import { pictureNote } from "../../../lab/experiment/fit.ts";
import { Box, Discrete } from "../../../lab/core/space.ts";
import { resolve } from "../../../lab/experiment/resolve.ts";
import { registries } from "../../../registries.ts";

const box = (...shape: number[]) => new Box({ low: 0, high: 1, shape });

Deno.test("a picture that meets dense layers is said in one line, and no other observation is", () => {
  strictEqual(
    pictureNote(box(84, 84, 4), []),
    "pictures enter dense layers, which learn little from them: Box(0, 1, [84, 84, 4]); " +
      "set agent.convolutions",
  );
  strictEqual(
    pictureNote(box(84, 84), "nature"),
    "pictures enter dense layers, which learn little from them: Box(0, 1, [84, 84]); " +
      "show them with an axis of channels to convolve them",
  );
  for (const space of [box(84, 84, 4), box(4), new Discrete(3)]) {
    strictEqual(pictureNote(space, "nature"), undefined);
  }
  for (const space of [box(4), new Discrete(3)]) strictEqual(pictureNote(space, []), undefined);
  strictEqual(pictureNote(box(84, 84), undefined), undefined);
});

Deno.test("a resolved experiment carries the line, for every agent with networks", async () => {
  for (const name of ["ppo", "a2c", "dqn", "recurrent-ppo"]) {
    const notes = async (convolutions: string | number[][]) =>
      (await resolve({
        ...{ name: "seen", environment: { id: "CartPolePixels-v0", size: 32 }, budget: 1000 },
        agent: { name, convolutions },
      }, registries)).notes.length;
    deepStrictEqual([await notes([]), await notes("impala")], [1, 0], name);
  }
});
