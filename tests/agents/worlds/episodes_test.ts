import { deepStrictEqual } from "node:assert";
import { EpisodeWindow, meanMetrics } from "../../../agents/worlds/episodes.ts";

function figures(mean: number, length: number) {
  return { "rollout/episode_return_mean": mean, "rollout/episode_length_mean": length };
}

Deno.test("an episode counts when it ends, by termination or truncation", () => {
  const window = new EpisodeWindow(2);
  deepStrictEqual(window.metrics(), {});
  window.step([1, 10], [0, 0], [0, 0]);
  deepStrictEqual(window.metrics(), {});
  window.step([2, 20], [1, 0], [0, 0]);
  deepStrictEqual(window.metrics(), figures(3, 2));
  window.step([5, 30], [0, 0], [0, 1]);
  deepStrictEqual(window.metrics(), figures((3 + 60) / 2, (2 + 3) / 2));
});

Deno.test("the window forgets the oldest episodes", () => {
  const window = new EpisodeWindow(1, 2);
  for (const reward of [100, 1, 3]) window.step([reward], [1], [0]);
  deepStrictEqual(window.metrics(), figures(2, 1));
});

Deno.test("a restored window goes on in the middle of an episode", () => {
  const window = new EpisodeWindow(1);
  window.step([7], [1], [0]);
  window.step([4], [0], [0]);
  const restored = new EpisodeWindow(1);
  restored.restore(JSON.parse(JSON.stringify(window.snapshot())));
  restored.step([1], [1], [0]);
  deepStrictEqual(restored.metrics(), figures(6, 1.5));
});

Deno.test("abandoned episodes leave no trace in the next ones", () => {
  const window = new EpisodeWindow(1);
  window.step([50], [0], [0]);
  window.abandon();
  window.step([1], [1], [0]);
  deepStrictEqual(window.metrics(), figures(1, 1));
});

Deno.test("metrics of several actors are means over those that have them", () => {
  deepStrictEqual(meanMetrics([{ a: 1, b: 10 }, {}, { a: 4 }]), { a: 2.5, b: 10 });
  deepStrictEqual(meanMetrics([{}, {}]), {});
});

Deno.test("a window holds a hundred episodes where nobody says how many", () => {
  const window = new EpisodeWindow(1);
  for (let i = 0; i < 150; i++) window.step([i], [1], [0]);
  // 50 … 149.
  deepStrictEqual(window.metrics(), figures(99.5, 1));
});
