/** Points of the plane whose density is known, for models that learn one. */
import type { Dataset } from "../../../lab/core/dataset.ts";
import { streamOf } from "../../../lab/core/random.ts";

/** Mean and deviation of both coordinates. */
export const [mean, deviation] = [1, 0.6];

/** What the density itself gets, nats. */
export const entropy = 1 + Math.log(2 * Math.PI * deviation * deviation);

/** N(mean, deviation²) in both coordinates. */
export function normalPoints(): Dataset {
  const split = (count: number, name: string) => {
    const random = streamOf(7, name);
    const values = Float32Array.from(
      { length: 2 * count },
      () => mean + deviation * random.standardNormal(),
    );
    return { count, values };
  };
  return {
    ...{ name: "normal", seed: 7, kind: "points", shape: [2] },
    train: split(4000, "train"),
    validation: split(400, "validation"),
    test: split(1000, "test"),
  };
}
