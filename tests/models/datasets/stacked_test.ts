import { deepStrictEqual, strictEqual } from "node:assert";
import { stack } from "../../../models/datasets/stacked.ts";
import { defaultRng } from "../../../lab/core/random.ts";
import { channelOf, stackedModes } from "../../../models/metrics/stacked_modes.ts";

Deno.test("each channel of a stack is a digit of its own", () => {
  const values = new Float32Array(2 * 196).fill(0.25, 0, 196).fill(0.75, 196);
  const { values: stacks } = stack({ count: 2, values }, 40, defaultRng(1));
  const seen = new Set<string>();
  for (let i = 0; i < 40; i++) {
    const image = stacks.subarray(i * 588, (i + 1) * 588);
    const channels = [0, 1, 2].map((channel) => [...new Set(channelOf(image, 3, channel))]);
    channels.forEach((pixels) => strictEqual(pixels.length, 1));
    seen.add(channels.join());
  }
  strictEqual(seen.size, 8);
});

Deno.test("modes of stacks are combinations of classes, and equal shares have a KL of 0", () => {
  const all = Array.from({ length: 1000 }, (_, i) => i);
  const digits = [100, 10, 1].map((place) => all.map((i) => Math.floor(i / place) % 10));
  const even = stackedModes(digits, 10);
  deepStrictEqual([even.modes, Math.abs(even.reverseKl) < 1e-9], [1000, true]);
  // One mode alone is ln 1000 away.
  const { modes, reverseKl } = stackedModes([[1, 1], [2, 2], [3, 3]], 10);
  deepStrictEqual([modes, reverseKl.toFixed(4)], [1, "6.9078"]);
});

Deno.test("digits are drawn image by image, red, green and blue in turn", () => {
  const values = Float32Array.from({ length: 10 * 196 }, (_, i) => Math.floor(i / 196) / 10);
  const { count, values: stacks } = stack({ count: 10, values }, 20, defaultRng(1));
  strictEqual(count, 20);
  const random = defaultRng(1);
  for (let i = 0; i < count; i++) {
    for (const channel of [0, 1, 2]) {
      strictEqual(stacks[i * 588 + 3 * 77 + channel], Math.fround(random.integers(10) / 10));
    }
  }
});
