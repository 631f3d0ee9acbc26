/** Points that no model can learn from. */
import { doesNotThrow, throws } from "node:assert";
import type { Dataset } from "../../lab/core/dataset.ts";
import { requireLearnable } from "../../models/learnable.ts";

const density = {
  name: "real-nvp",
  takes: { examples: ["points"], values: "continuous" },
} as const;
const other = { name: "diffusion", takes: { examples: ["points"] } } as const;

/** A data set of points of two numbers, or of images of two pixels. */
function dataset(values: readonly number[], kind: "points" | "images" = "points"): Dataset {
  const split = { count: values.length / 2, values: Float32Array.from(values) };
  const splits = { train: split, validation: split, test: split };
  return { name: "arrays", seed: 0, kind, shape: kind === "points" ? [2] : [1, 2, 1], ...splits };
}

Deno.test("a number that never varies has no density, and all else can be learned", () => {
  const constant = [1, 5, 2, 5, 3, 5];
  throws(() => requireLearnable(density, dataset(constant)), {
    name: "InputError",
    message:
      'Cannot train real-nvp on "arrays" as number 2 of 2 of its points must vary, else its ' +
      "density has no bound: always 5 (leave it out)",
  });
  doesNotThrow(() => requireLearnable(other, dataset(constant)));
  doesNotThrow(() => requireLearnable(density, dataset([1, 5, 2, 5, 3, 5.5])));
  // Noise is added to the pixels of images.
  doesNotThrow(() => requireLearnable(density, dataset(constant, "images")));
});

Deno.test("numbers whose squares are infinite are refused, on either side of 0", () => {
  for (
    const [values, place, far] of [[[1, 2, 3, 1e35], 2, 1e35], [
      [-1e19, 2, 3, 4],
      1,
      -1e19,
    ]] as const
  ) {
    throws(() => requireLearnable(other, dataset(values)), {
      name: "InputError",
      message: `Cannot train diffusion on "arrays" as number ${place} of 2 of its points must be ` +
        `−1e18 … 1e18, whose squares float32 holds: ${Math.fround(far)} (scale it)`,
    });
  }
  doesNotThrow(() => requireLearnable(other, dataset([1e17, 2, 3, -1e17])));
});
