/** When a world steps by a person's keys. */
import { deepStrictEqual, strictEqual } from "node:assert";
import type { Environment } from "../../../lab/core/environment.ts";
import { isLive, Moves } from "../../../lab/core/pace.ts";
import { Box, Discrete } from "../../../lab/core/space.ts";

Deno.test("physics goes on while nobody acts; boards, and what has a table of transitions, wait", () => {
  const box = new Box({ low: 0, high: 1, shape: [2] });
  const live = (observationSpace: unknown, transitions?: unknown) =>
    isLive({ observationSpace, transitions } as Environment);
  deepStrictEqual(
    [live(box), live(box, () => []), live(new Discrete(4)), live(new Discrete(4), () => [])],
    [true, false, false, false],
  );
});

Deno.test("a world that waits steps once a key", () => {
  const moves = new Moves(false);
  deepStrictEqual([moves.action, moves.hasBegun(0), moves.goesOn(0)], [undefined, false, false]);
  strictEqual(moves.take(2, 0), true);
  deepStrictEqual([moves.action, moves.hasBegun(0), moves.goesOn(0)], [2, true, false]);
  strictEqual(moves.take(1, 0), true);
  deepStrictEqual([moves.action, moves.hasBegun(1)], [1, false]);
});

Deno.test("a world that goes on begins with an episode's first key and keeps to the last one", () => {
  const moves = new Moves(true);
  strictEqual(moves.take("left", 0), false);
  strictEqual(moves.take("right", 0), false);
  deepStrictEqual([moves.action, moves.goesOn(0), moves.goesOn(1)], ["right", true, false]);
  // The next episode waits for a key of its own.
  strictEqual(moves.take("left", 1), false);
  deepStrictEqual([moves.action, moves.goesOn(0), moves.goesOn(1)], ["left", false, true]);
});
