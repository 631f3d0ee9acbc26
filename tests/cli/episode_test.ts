/** A policy at work in its world: what it is asked, and what each frame says. */
import { deepStrictEqual, match, rejects, strictEqual } from "node:assert";
import { LONGEST } from "../../agents/trainers/evaluated_episodes.ts";
import { type Drawn, drawnFrame, episodeOf, type Frame } from "../../cli/episode.ts";
import { capturedIo } from "./captured_io.ts";

/** A drawing that says how far a world is. */
const sceneOf = (at: number) => ({ view: [0, 0, at + 1, 1], background: "#ffffff", shapes: [] });

/** A world that ends after so many steps, and all that it and its policy are asked. */
async function played(steps: number, end: "terminated" | "truncated") {
  const asked: unknown[] = [];
  let at = 0;
  const environment = {
    reset: (options: unknown) => (asked.push(options), { observation: "o0" }),
    actionMask: () => [at],
    scene: () => sceneOf(at),
    step: (action: unknown) => {
      asked.push(action);
      at++;
      const over = { terminated: false, truncated: false, [end]: at === steps };
      return { observation: `o${at}`, reward: at, ...over };
    },
  } as unknown as Drawn;
  const act = (observation: unknown, options: unknown) => {
    asked.push([observation, options]);
    return Promise.resolve(`a${at}`);
  };
  const frames: Frame[] = [];
  for await (const frame of episodeOf(act, environment, 7)) frames.push(frame);
  return { asked, frames };
}

Deno.test("an episode begins anew, asks with what is seen and allowed, and ends with its world", async () => {
  for (const end of ["terminated", "truncated"] as const) {
    const { asked, frames } = await played(3, end);
    deepStrictEqual(asked, [
      { seed: 7 },
      ["o0", { started: true, actionMask: [0] }],
      "a0",
      ["o1", { started: false, actionMask: [1] }],
      "a1",
      ["o2", { started: false, actionMask: [2] }],
      "a2",
    ]);
    deepStrictEqual(frames as unknown, [
      { scene: sceneOf(0), length: 0, episodeReturn: 0, over: false },
      { scene: sceneOf(1), length: 1, episodeReturn: 1, over: false },
      { scene: sceneOf(2), length: 2, episodeReturn: 3, over: false },
      { scene: sceneOf(3), length: 3, episodeReturn: 6, over: true },
    ]);
  }
});

Deno.test("what a world gives that cannot be drawn is refused in a line", async () => {
  const background = "Cannot draw the scene as its background must be a colour #rrggbb: undefined";
  const environment = { reset: () => ({}), scene: () => ({ view: [0, 0, 1, 1], shapes: [] }) };
  const episode = episodeOf(() => 0, environment as unknown as Drawn, 7);
  await rejects(() => episode.next(), { name: "InputError", message: background });
});

Deno.test("an episode without an end is cut off where evaluation cuts it off", async () => {
  const { frames } = await played(Infinity, "terminated");
  deepStrictEqual(frames.slice(-2).map(({ length, over }) => [length, over]), [
    [LONGEST - 1, false],
    [LONGEST, true],
  ]);
});

Deno.test("a frame is drawn above the line that says whose it is and how far", () => {
  const scene = { view: [0, 0, 2, 1], background: "#ffffff", shapes: [] };
  const frame = { scene, length: 12, episodeReturn: 3.25, over: false } as unknown as Frame;
  const drawn = drawnFrame(frame, "CartPole-v1", { columns: 20, rows: 5 }, capturedIo());
  const lines = drawn.split("\n");
  strictEqual(lines.at(-1), "CartPole-v1  step 12  return 3.25");
  strictEqual(lines.length > 1 && lines.length <= 6, true);
  const narrow = capturedIo({ screen: { columns: 20, rows: 10 } });
  strictEqual(
    drawnFrame(frame, "CartPole-v1", { columns: 9, rows: 5 }, narrow).split("\n").at(-1),
    "CartPole-v1  step …",
  );
  const colored = drawnFrame(frame, "x", { columns: 20, rows: 5 }, capturedIo({ color: true }));
  // deno-lint-ignore no-control-regex
  match(colored, /\x1b\[/);
});
