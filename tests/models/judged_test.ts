/** Parts of images judged by classifiers of their own: each channel of a stack, the partners of pairs. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import type { Dataset } from "../../lab/core/dataset.ts";
import { PartJudges } from "../../models/judged.ts";
import { models } from "../../models/mod.ts";
import { halves } from "./laboratory.ts";

Deno.test("translations are judged as partners, by the classes of what they are of", async () => {
  const dataset = halves(600, 60);
  const judges = new PartJudges({ dataset, models });
  // Partners are inverse: an image as it is shows the other class there.
  const right = await judges.translations((values) => Promise.resolve(values.map((x) => 1 - x)));
  const wrong = await judges.translations((values) => Promise.resolve(values));
  deepStrictEqual(right, { "evaluation/class_preserved": 1, "ceiling/class_preserved": 1 });
  deepStrictEqual(wrong, { "evaluation/class_preserved": 0, "ceiling/class_preserved": 1 });
  judges.dispose();
});

/** Two channels of halves: four modes, all of which the training images have. */
function stackedHalves(): Dataset {
  const { partnerShape: _, ...pairs } = halves(400, 40);
  const alone = ({ partners: _, ...split }: Dataset["train"]) => split;
  const channels: Dataset = {
    ...pairs,
    train: alone(pairs.train),
    validation: alone(pairs.validation),
    test: alone(pairs.test),
  };
  const stack = ({ count, values, labels }: Dataset["train"]) => ({
    count: count / 2,
    values: Float32Array.from({ length: count * 16 }, (_, at) => {
      const [image, pixel, channel] = [Math.floor(at / 32), Math.floor(at % 32 / 2), at % 2];
      return values[(2 * image + channel) * 16 + pixel];
    }),
    labels: labels!.slice(0, count / 2),
  });
  return {
    ...channels,
    name: "stacked-halves",
    shape: [4, 4, 2],
    classes: undefined,
    channels,
    train: stack(channels.train),
    validation: stack(channels.validation),
    test: stack(channels.test),
  };
}

Deno.test("modes of stacks stand beside those of as many training images", async () => {
  const dataset = stackedHalves();
  const judges = new PartJudges({ dataset, models });
  // The upper half is bright in one channel and the lower in the other: one mode of four.
  const one = Float32Array.from(
    { length: 32 },
    (_, at) => (at % 32 < 16) === (at % 2 === 0) ? 1 : 0,
  );
  const metrics = await judges.stacks((count) => {
    strictEqual(count, dataset.train.count);
    return Promise.resolve(Float32Array.from({ length: 32 * count }, (_, at) => one[at % 32]));
  });
  strictEqual(metrics["evaluation/stacked_modes"], 1);
  strictEqual(metrics["ceiling/stacked_modes"], 4);
  ok(Math.abs(metrics["evaluation/stacked_reverse_kl"] - Math.log(4)) < 1e-9);
  ok(metrics["ceiling/stacked_reverse_kl"] < 0.1);
  // Of fewer samples than there are training examples, beside as many of these: of one mode here.
  const few = Float32Array.from({ length: 32 * 50 }, (_, at) => one[at % 32]);
  dataset.train.values.set(few);
  const beside = await judges.stacks(() => Promise.resolve(few));
  strictEqual(beside["ceiling/stacked_modes"], 1);
  strictEqual(beside["ceiling/stacked_reverse_kl"], beside["evaluation/stacked_reverse_kl"]);
  judges.dispose();
});
