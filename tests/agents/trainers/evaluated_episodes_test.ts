import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import {
  type EpisodeEnd,
  EvaluatedEpisodes,
  playEpisode,
} from "../../../agents/trainers/evaluated_episodes.ts";
import { defineEnvironment, environmentOf } from "../../../lab/core/define_environment.ts";
import { Discrete } from "../../../lab/core/space.ts";
import type { GoalEnding } from "../../../lab/core/environment.ts";
import { EpisodeWindow } from "../../../agents/worlds/episodes.ts";

function episodes(returns: number[], end: EpisodeEnd): EvaluatedEpisodes {
  const evaluated = new EvaluatedEpisodes();
  for (const each of returns) {
    evaluated.add({ episodeReturn: each, length: 200, end, lastReward: each });
  }
  return evaluated;
}

Deno.test("an evaluation reports mean, deviation and interquartile mean of its returns", () => {
  const { metrics, events } = episodes([1, 2, 3, 4, 100], "terminated").report(10_000);
  deepStrictEqual(metrics, {
    "evaluation/return_mean": 22,
    "evaluation/return_std": Math.sqrt((21 ** 2 + 20 ** 2 + 19 ** 2 + 18 ** 2 + 78 ** 2) / 5),
    "evaluation/return_iqm": 3,
    "evaluation/length_mean": 200,
  });
  deepStrictEqual(events, []);
});

Deno.test("the share that reached a world's goal: ended by itself, or with a reward", () => {
  const rate = (evaluated: EvaluatedEpisodes, goal?: GoalEnding) =>
    evaluated.report(10_000, { goal }).metrics["evaluation/success_rate"];
  const some = episodes([1, 0, -1, 2], "terminated");
  strictEqual(rate(some, "terminated"), 1);
  strictEqual(rate(some, "rewarded"), 0.5);
  strictEqual(rate(some), undefined);
  for (const goal of ["terminated", "rewarded"] as const) {
    strictEqual(rate(episodes([1, 2], "truncated"), goal), 0);
  }
});

Deno.test("episodes without an end are reported", () => {
  const [{ message }] = episodes([0, 0], "cut").report(10_000).events;
  match(message, /^2 of 2 evaluation episodes had no end after 10000 steps/);
});

Deno.test("a goal that was never reached is reported with what helps", () => {
  const never = (returns: number[], threshold?: number, highestReturn = -200, end?: EpisodeEnd) =>
    episodes(returns, end ?? "truncated").noGoal(threshold, { highestReturn });
  match(
    never([-200, -200], -110)!.message,
    /^No goal ever reached in training or evaluation, whose 2 episodes all .* limit\. What helps: /,
  );
  ok(never([-200, -200], -110, -Infinity));
  ok(never([0, 0]));
  ok(never([-30, -41], 90, -20), "the goal pays, and the way to it costs");
  strictEqual(never([-200, -190], -110), undefined);
  strictEqual(never([-200, -200], -110, -170), undefined); // training has been there
  strictEqual(never([-30, -41], 90, 55), undefined);
  strictEqual(never([-30, -41], undefined, -50), undefined); // no goal to speak of (Pendulum)
  strictEqual(never([500, 500], 475, 500), undefined); // CartPole, solved
  strictEqual(never([-13, -13], undefined, -13, "terminated"), undefined);
});

Deno.test("more episodes than a call takes arguments are looked through for a goal", () => {
  const { events } = episodes(new Array(200_000).fill(-200), "truncated")
    .report(10_000, {}, { highestReturn: -200 });
  match(events[0].message, /whose 200000 episodes all ran into their limit/);
});

Deno.test("the highest return of training outlives the window and a snapshot", () => {
  const window = new EpisodeWindow(1, 2);
  strictEqual(window.highestReturn, -Infinity);
  const restored = new EpisodeWindow(1, 2);
  restored.restore(JSON.parse(JSON.stringify(window.snapshot())));
  strictEqual(restored.highestReturn, -Infinity);
  for (const reward of [-5, -2, -9, -9]) window.step([reward], [1], [0]);
  restored.restore(JSON.parse(JSON.stringify(window.snapshot())));
  strictEqual(restored.highestReturn, -2);
});

Deno.test("an episode is played by what is seen, to its end or as far as it may go", () => {
  const world = (timeLimit?: number) =>
    environmentOf(defineEnvironment({
      id: "Sum-v0",
      observationSpace: new Discrete(1000),
      actionSpace: new Discrete(10),
      ...timeLimit !== undefined && { timeLimit },
      reset: () => 3,
      step: (sum: number, action: number) => ({
        state: sum + action,
        reward: 10 * action - 1,
        terminated: sum + action >= 20,
      }),
      observe: (sum) => sum,
    }));
  const played = (longest: number, timeLimit?: number) => {
    const seen: number[] = [];
    const environment = world(timeLimit);
    const { observation } = environment.reset({ seed: 1 });
    const episode = playEpisode(environment, observation, longest, (sum) => {
      seen.push(sum);
      return sum === 9 ? 0 : sum === 3 ? 6 : 5;
    });
    return { seen, ...episode };
  };
  // It stands at 9 for ever, as an action of 0 leads nowhere.
  deepStrictEqual(played(4), {
    ...{ seen: [3, 9, 9, 9], episodeReturn: 59 - 3, length: 4, end: "cut", lastReward: -1 },
  });
  deepStrictEqual(played(1), {
    ...{ seen: [3], episodeReturn: 59, length: 1, end: "cut", lastReward: 59 },
  });
  deepStrictEqual(played(4, 2), {
    ...{ seen: [3, 9], episodeReturn: 58, length: 2, end: "truncated", lastReward: -1 },
  });
  const environment = world();
  const { observation } = environment.reset({ seed: 1 });
  deepStrictEqual(playEpisode(environment, observation, 4, () => 9), {
    ...{ episodeReturn: 178, length: 2, end: "terminated", lastReward: 89 },
  });
});

Deno.test("episodes are told in the order in which they ended, and some of them were cut", () => {
  const evaluated = new EvaluatedEpisodes();
  const ends = ["terminated", "cut", "truncated", "cut"] as const;
  ends.forEach((end, i) =>
    evaluated.add({ episodeReturn: [4, -1, 9, 0][i], length: 1 + i, end, lastReward: 1 })
  );
  deepStrictEqual([evaluated.count, evaluated.returns], [4, [4, -1, 9, 0]]);
  const { metrics, events } = evaluated.report(7, { goal: "rewarded" });
  strictEqual(metrics["evaluation/length_mean"], 2.5);
  // What pays at its end is a goal where the episode ends by it alone.
  strictEqual(metrics["evaluation/success_rate"], 0.25);
  deepStrictEqual(events, [{
    level: "warning",
    message:
      "2 of 4 evaluation episodes had no end after 7 steps: their returns count as they stood",
  }]);
});
