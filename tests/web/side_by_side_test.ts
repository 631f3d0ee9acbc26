import { deepStrictEqual, strictEqual } from "node:assert";
import { Moves } from "../../lab/core/pace.ts";
import { makeEnv } from "../../envs/mod.ts";
import { type Actor, Episodes } from "../../web/episodes.ts";
import {
  beginTogether,
  goTogether,
  isDue,
  stepAhead,
  stepBack,
  stepByKey,
  stepTogether,
} from "../../web/side_by_side.ts";

const pushing = (side: number): Actor => ({ masked: false, act: () => side, reset() {} });

/** An actor that pushes left, then right. */
function alternating(): Actor {
  let turn = 0;
  return { masked: false, act: () => turn++ % 2, reset() {} };
}

/** Two that have begun on one seed. */
function pairOf(...actors: readonly Actor[]): Episodes[] {
  const pair = actors.map((actor) => new Episodes(makeEnv("CartPole-v1"), actor));
  beginTogether(pair, 7);
  return pair;
}

Deno.test("two play on one seed, and wait for each other at the end", () => {
  const pair = pairOf(pushing(0), alternating());
  const [first, second] = pair;
  deepStrictEqual(first.environment.snapshot!(), second.environment.snapshot!());
  while (first.standing.end === null) stepTogether(pair);
  const { steps } = first.standing;
  strictEqual(second.standing.end, null);
  while (second.standing.end === null) stepTogether(pair);
  strictEqual(first.standing.steps, steps);
  stepTogether(pair);
  deepStrictEqual(pair.map(({ standing }) => [standing.seed, standing.steps]), [[8, 0], [8, 0]]);
});

Deno.test("two go back side by side, the one that came further first, to where both began", () => {
  const pair = pairOf(pushing(0), pushing(1));
  const steps = () => pair.map((each) => each.standing.steps);
  for (let i = 0; i < 3; i++) stepTogether(pair);
  pair[0].step();
  deepStrictEqual(steps(), [4, 3]);
  strictEqual(stepBack(pair), true);
  deepStrictEqual(steps(), [3, 3]);
  for (const left of [2, 1, 0]) {
    strictEqual(stepBack(pair), true);
    deepStrictEqual(steps(), [left, left]);
  }
  strictEqual(stepBack(pair), false);
  deepStrictEqual(pair[0].environment.snapshot!(), pair[1].environment.snapshot!());
});

Deno.test("two go to a step together, the shorter one to its end, and ahead through what was made", () => {
  const pair = pairOf(pushing(0), alternating());
  const steps = () => pair.map((each) => each.standing.steps);
  while (pair[1].standing.end === null) stepTogether(pair);
  const [short, long] = steps();
  const worlds = () => pair.map(({ environment }) => environment.snapshot!());
  const last = worlds();
  goTogether(pair, short + 1);
  deepStrictEqual(steps(), [short, short + 1]);
  goTogether(pair, 2);
  deepStrictEqual(steps(), [2, 2]);
  for (let step = 3; step <= long; step++) {
    stepAhead(pair);
    deepStrictEqual(steps(), [Math.min(step, short), step]);
  }
  deepStrictEqual(worlds(), last);
  stepAhead(pair);
  deepStrictEqual(pair.map(({ standing }) => [standing.seed, standing.steps]), [[8, 0], [8, 0]]);
});

/** Two as in {@linkcode pairOf}, the second played by a person whose keys push to a side. */
function besidePerson(isLive: boolean) {
  const moves = new Moves(isLive);
  const person: Actor = { masked: false, act: () => moves.action, reset() {} };
  const pair = pairOf(alternating(), person);
  return {
    pair,
    steps: () => pair.map(({ standing }) => standing.steps),
    due: () => isDue(pair, pair[1], moves),
    press: (side: number) => stepByKey(pair, pair[1], moves, side),
    /** Steps both until the person's episode has ended, or both have. */
    play: (which: "person" | "both") => {
      const [first, second] = pair;
      while (second.standing.end === null || (which === "both" && first.standing.end === null)) {
        stepTogether(pair);
      }
    },
  };
}

Deno.test("a world that waits is stepped by a person's keys alone, the rest of it by the clock", () => {
  const { pair, steps, due, press, play } = besidePerson(false);
  strictEqual(due(), false);
  deepStrictEqual([press(1), press(0), steps(), due()], [true, true, [2, 2], false]);
  // A person whose episode is over waits for the other one, whom the clock steps.
  press(1);
  play("person");
  const [, over] = steps();
  deepStrictEqual([due(), press(0), steps()[1], pair[0].standing.end], [true, false, over, null]);
  play("both");
  strictEqual(due(), false);
  // The next episode begins with a key, and waits for the next one.
  deepStrictEqual([press(0), steps(), due()], [false, [0, 0], false]);
});

Deno.test("a world that goes by itself begins with a person's first key of an episode", () => {
  const { steps, due, press, play } = besidePerson(true);
  strictEqual(due(), false);
  deepStrictEqual([press(1), steps(), due()], [false, [0, 0], true]);
  play("both");
  strictEqual(due(), false);
  deepStrictEqual([press(1), steps(), due()], [false, [0, 0], false]);
  deepStrictEqual([press(1), steps(), due()], [false, [0, 0], true]);
});
