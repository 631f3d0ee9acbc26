/** Pictures measured by the classes that a network names. */
import { deepStrictEqual } from "node:assert";
import type { FeatureNetwork } from "../../models/feature_network.ts";
import { scoreImages } from "../../models/score.ts";
import { halves } from "./laboratory.ts";

/** Sure that an image is of the first of five classes where its first pixel is above a half. */
const network: FeatureNetwork = {
  ...{ name: "first", of: "first", resize: "without resizing" },
  see: (values) => {
    const count = values.length / 16;
    const probabilities = new Float32Array(count * 5).fill(0.2);
    const features = new Float32Array(2 * count);
    for (let i = 0; i < count; i++) {
      features.set([values[16 * i], values[16 * i + 15]], 2 * i);
      if (values[16 * i] > 0.5) probabilities.set([1, 0, 0, 0, 0], 5 * i);
    }
    return Promise.resolve({ features, size: 2, probabilities });
  },
};

Deno.test("recognised is the share whose class the network is sure of, of samples and real images", async () => {
  const dataset = halves();
  const values = Float32Array.from({ length: 20 * 16 }, (_, i) => i < 5 * 16 ? 0.9 : 0.1);
  const bright = (values: Float32Array) => {
    const first = values.filter((_, i) => i % 16 === 0);
    return first.filter((value) => value > 0.5).length / first.length;
  };
  const { scores } = await scoreImages(values, dataset, network, ["recognised"]);
  deepStrictEqual(scores, [
    { name: "recognised", value: 0.25, real: bright(dataset.validation.values) },
  ]);
});
