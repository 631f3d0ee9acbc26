/** A user's own text: windows, splits, vocabulary, and what is refused. */
import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import type { Dataset } from "../../../lab/core/dataset.ts";
import { textOf, tokensOf } from "../../../lab/core/text.ts";
import { text } from "../../../models/datasets/text.ts";
import { distinctTrigrams, trigramDistance } from "../../../models/metrics/text.ts";

function load(content: string | Uint8Array, fields: object = {}): Promise<Dataset> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return text.create({
    configuration: text.configuration.parse({ file: "own.txt", length: 4, stride: 2, ...fields }),
    readFile: () => Promise.resolve(bytes),
  });
}

Deno.test("text is cut into windows, what comes later is chosen by and measured on", async () => {
  // 40 characters: 24 to learn from, 8 and 8 of the others.
  const content = "abcdefgh".repeat(5);
  const { train, validation, test, vocabulary, shape, kind } = await load(content, {
    ...{ validation: 0.2, test: 0.2 },
  });
  deepStrictEqual([kind, shape, vocabulary], ["text", [4], [..."abcdefgh"]]);
  deepStrictEqual([train.count, validation.count, test.count], [11, 2, 2]);
  const window = (values: Float32Array, i: number) =>
    textOf(values.subarray(4 * i, 4 * i + 4), vocabulary!);
  deepStrictEqual([0, 1, 10].map((i) => window(train.values, i)), ["abcd", "cdef", "efgh"]);
  deepStrictEqual([0, 1].map((i) => window(test.values, i)), ["abcd", "efgh"]);
});

Deno.test("lines end alike, and characters beyond the basic plane are one token", async () => {
  const { vocabulary } = await load("a\r\nb🙂\n".repeat(20));
  deepStrictEqual(vocabulary, ["\n", "a", "b", "🙂"]);
  deepStrictEqual([...tokensOf("🙂a", vocabulary!, "test")], [3, 1]);
});

Deno.test("text that cannot be learned from is refused in one line", async () => {
  const refused = (message: string) => ({ name: "InputError", message });
  await rejects(
    load(""),
    refused(
      "Cannot use own.txt as each split must hold an example of 4 characters, which takes about 50 " +
        "(a smaller dataset.length takes fewer): 0",
    ),
  );
  await rejects(
    load("abcabc".repeat(20), { vocabulary: "ab" }),
    refused(
      'Cannot use own.txt as characters must be of the vocabulary "ab": "c" at 3',
    ),
  );
  await rejects(
    load(Uint8Array.of(0xff, 0xfe, 0x00)),
    refused("Cannot read own.txt as it must be UTF-8 text: other bytes are in it"),
  );
  const many = Array.from({ length: 5000 }, (_, i) => String.fromCodePoint(0x4e00 + i)).join("");
  await rejects(
    load(many),
    refused("Cannot use own.txt as it must have at most 4096 different characters: 5000"),
  );
});

Deno.test("the least text that the message names is enough", async () => {
  strictEqual((await load("ab".repeat(25))).test.count, 1);
});

Deno.test("trigrams: 0 of the same texts, 1 of texts that share none, else by their shares", () => {
  const a = Float32Array.of(0, 1, 2, 0), b = Float32Array.of(3, 3, 3, 3);
  strictEqual(trigramDistance(a, a, 4), 0);
  strictEqual(trigramDistance(a, b, 4), 1);
  // 012 and 120 against 012 and 121.
  strictEqual(trigramDistance(a, Float32Array.of(0, 1, 2, 1), 4), 0.5);
});

Deno.test("of texts of fewer than three tokens the whole texts are counted", () => {
  // 01, 20 against 01, 33.
  const a = Float32Array.of(0, 1, 2, 0), b = Float32Array.of(0, 1, 3, 3);
  strictEqual(trigramDistance(a, b, 2), 0.5);
  deepStrictEqual([distinctTrigrams(a, 2), distinctTrigrams(b, 1)], [1, 0.75]);
});
