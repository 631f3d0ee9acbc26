/** Samples as plain data: which class each is asked to be, what a text begins with, what they are of. */
import { deepStrictEqual, throws } from "node:assert";
import { askedClasses, promptOf, samplesOf } from "../../models/samples.ts";

Deno.test("samples are asked to be of all classes in turn, or all of one", () => {
  deepStrictEqual([...askedClasses(7, 3)], [0, 1, 2, 0, 1, 2, 0]);
  deepStrictEqual([...askedClasses(3, 3, 0)], [0, 0, 0]);
  deepStrictEqual([...askedClasses(2, 3, 2)], [2, 2]);
});

Deno.test("every row begins with the prompt, and is free behind it", () => {
  deepStrictEqual([...promptOf("ba", 2, 3, ["a", "b"])], [1, 0, -1, 1, 0, -1]);
  deepStrictEqual([...promptOf("aba", 1, 3, ["a", "b"])], [0, 1, 0]);
  deepStrictEqual([...promptOf("", 2, 2, ["a", "b"])], [-1, -1, -1, -1]);
  throws(
    () => promptOf("abab", 1, 3, ["a", "b"]),
    /^InputError: Cannot go on from the prompt as it must have at most 3 characters, the length of a sample: 4$/,
  );
  throws(() => promptOf("c", 1, 3, ["a", "b"]), /^InputError: Cannot go on from the prompt as /);
});

Deno.test("values are samples of what the data set holds", () => {
  const values = new Float32Array(12);
  deepStrictEqual(samplesOf({ kind: "images", shape: [2, 3, 1] }, 2, values), {
    ...{ kind: "images", count: 2, shape: [2, 3, 1], values },
  });
  deepStrictEqual(samplesOf({ kind: "text", shape: [6], vocabulary: ["a"] }, 2, values), {
    ...{ kind: "text", count: 2, length: 6, vocabulary: ["a"], values },
  });
  for (const [kind, shape] of [["points", [3]], ["sequences", [3, 1]]] as const) {
    const points = { kind: "points", count: 4, dimensions: 3, values };
    deepStrictEqual(samplesOf({ kind, shape }, 4, values), points);
  }
});
