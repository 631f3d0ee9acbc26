/**
 * `sentences`: text of a small grammar of English, for models of text whose best likelihood is known.
 * Subjects and verbs agree in number, also across a relative clause between them. An example is the
 * beginning of sentences without end, a line each.
 *
 * @module
 */
import * as z from "zod";
import type { Split } from "../../lab/core/dataset.ts";
import { textOf, tokensOf } from "../../lab/core/text.ts";
import type { Generator } from "../../lab/core/random.ts";
import { defineDataset } from "./define_dataset.ts";
import { drawText, type Grammar, logProbability } from "./grammar.ts";
import { drawSplits, splitFields } from "./split_fields.ts";

const nouns = ["cat", "dog", "bird", "child", "robot"];
const plurals = ["cats", "dogs", "birds", "children", "robots"];
const weighted = (words: readonly string[]) =>
  words.map((word, i) => [words.length - i, word] as const);

/** The grammar: `one` and `many` are singular and plural. */
export const sentenceGrammar: Grammar = {
  sentence: [[3, "one", "one-verb", ".\n"], [2, "many", "many-verb", ".\n"]],
  one: [[3, "the ", "adjective", "one-noun", "one-clause"], [
    2,
    "a ",
    "adjective",
    "one-noun",
    "one-clause",
  ]],
  many: [[3, "the ", "adjective", "many-noun", "many-clause"], [
    1,
    "some ",
    "adjective",
    "many-noun",
    "many-clause",
  ]],
  adjective: [[6, ""], [2, "small "], [1, "old "], [1, "happy "]],
  "one-noun": weighted(nouns),
  "many-noun": weighted(plurals),
  "one-clause": [[4, ""], [1, " that", "one-verb"]],
  "many-clause": [[4, ""], [1, " that", "many-verb"]],
  "one-verb": [[3, " sleeps"], [2, " sings"], [3, " sees ", "object"], [2, " likes ", "object"]],
  "many-verb": [[3, " sleep"], [2, " sing"], [3, " see ", "object"], [2, " like ", "object"]],
  object: [[2, "one"], [1, "many"]],
};

/** The characters of its text. */
export const sentenceVocabulary: readonly string[] = [
  ...new Set(
    Object.entries(sentenceGrammar).flatMap(([, alternatives]) =>
      alternatives.flatMap(([, ...symbols]) =>
        symbols.filter((symbol) => !(symbol in sentenceGrammar)).flatMap((text) => [...text])
      )
    ),
  ),
].sort();

const configuration = z.strictObject({
  ...splitFields("texts", { least: 20, train: 20_000, validation: 500, test: 1000 }),
  length: z.int().min(4).max(1024).default(96).meta({
    description: "Characters of an example",
    unit: "characters",
  }),
});

/** `count` texts of `length` characters. */
export function drawSentences(count: number, length: number, random: Generator): Split {
  const values = new Float32Array(count * length);
  for (let i = 0; i < count; i++) {
    const text = drawText(sentenceGrammar, length, random);
    values.set(tokensOf(text, sentenceVocabulary, "draw sentences"), i * length);
  }
  return { count, values };
}

/** Text of a known entropy. */
export const sentences = defineDataset({
  name: "sentences",
  summary: "Text of a small English grammar, whose entropy is known",
  holds: { kind: "text" },
  configuration,
  create: ({ configuration, stream }) => {
    const { length } = configuration;
    return {
      kind: "text",
      shape: [length],
      vocabulary: sentenceVocabulary,
      logDensity: (values) =>
        Float64Array.from({ length: values.length / length }, (_, i) => {
          const tokens = values.subarray(i * length, (i + 1) * length);
          return logProbability(sentenceGrammar, textOf(tokens, sentenceVocabulary));
        }),
      ...drawSplits(configuration, stream, (count, random) => drawSentences(count, length, random)),
    };
  },
});
