/** What a model's function gives in another shape than it must is refused before training. */
import { rejects, throws } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { defaultRng } from "../../lab/core/random.ts";
import { defineModel } from "../../models/define_model.ts";
import { exampleFields } from "../../models/fields.ts";
import { squaredError } from "../../models/losses.ts";
import { dense } from "../../models/networks.ts";
import { halves, trainerOf } from "./laboratory.ts";

type Both = { both: (x: tf.Tensor) => tf.Tensor };
type Seen = { x: tf.Tensor; codes: tf.Tensor; noise: Record<string, tf.Tensor> };

const model = {
  name: "mine",
  summary: "Reconstructs",
  takes: { examples: ["images"], labels: "optional", partners: "required" },
  configuration: z.strictObject(exampleFields),
  budget: "examples",
  networks: ({ size }: { size: number }) => ({ both: dense([size, size]) }),
  noise: () => ({ start: ["normal", [16]] }),
  steps: [{
    name: "reconstruction",
    loss: ({ both }: Both, { x }: Seen) => ({ loss: squaredError(both(x), x) }),
  }],
  encode: ({ both }: Both, { x }: Seen) => both(x),
  decode: ({ both }: Both, { codes }: Seen) => both(codes),
  translate: ({ both }: Both, { x }: Seen) => both(x),
  classify: (_: Both, { x }: Seen) => tf.softmax(tf.slice(x, [0, 0], [-1, 2])),
  score: (_: Both, { x }: Seen) => tf.sum(x, 1),
  sample: (_: Both, { noise: { start } }: Seen) => tf.sigmoid(start),
};
const define = (parts: object) => defineModel({ ...model, ...parts } as never);
const trained = async (parts: object) => {
  const opened = await trainerOf(define(parts), halves(), { batchSize: 20 }, { budget: 100 });
  opened.trainer.requireWhole!();
  return opened;
};

const narrow = (x: tf.Tensor) => tf.slice(x, [0, 0], [-1, 9]);
const refused: [parts: Record<string, unknown>, line: string][] = [
  [
    { encode: (_: Both, { x }: Seen) => tf.reshape(x, [-1, 4, 4]) },
    "encode must give [16, Z] for 16 rows: [16, 4, 4]",
  ],
  [
    { encode: (_: Both, { x }: Seen) => tf.mean(x, 0, true) },
    "encode must give [16, Z] for 16 rows: [1, 16]",
  ],
  [{ encode: () => undefined }, "encode must give [16, Z] for 16 rows: undefined"],
  [
    { decode: (_: Both, { codes }: Seen) => narrow(codes) },
    "decode must give [16, 16] for 16 rows: [16, 9]",
  ],
  [
    { decode: ({ both }: Both, { codes }: Seen) => tf.reshape(both(codes), [-1, 4, 4, 1]) },
    "decode must give [16, 16] for 16 rows: [16, 4, 4, 1]",
  ],
  [
    { translate: (_: Both, { x }: Seen) => narrow(x) },
    "translate must give [16, 16] for 16 rows: [16, 9]",
  ],
  [
    { classify: (_: Both, { x }: Seen) => tf.softmax(narrow(x)) },
    "classify must give [16, 2] for 16 rows: [16, 9]",
  ],
  [
    { score: (_: Both, { x }: Seen) => tf.sum(x, 1, true) },
    "score must give [16] for 16 rows: [16, 1]",
  ],
  [{ score: (_: Both, { x }: Seen) => tf.mean(x) }, "score must give [16] for 16 rows: []"],
  [
    { sample: (_: Both, { noise: { start } }: Seen) => narrow(start) },
    "sample must give [16, 16] for 16 rows: [16, 9]",
  ],
];

for (const [parts, line] of refused) {
  const [name] = Object.keys(parts);
  Deno.test(`refused before training: ${line}`, async () => {
    await rejects(trained(parts), { name: "InputError", message: `Cannot use mine as ${line}` });
    // Without the others the same.
    const alone = { encode: undefined, decode: undefined, sample: undefined, ...parts };
    if (name !== "decode") await rejects(trained(alone), { name: "InputError" });
  });
}

Deno.test("refused where it is first drawn: samples of the steps of a sampler", async () => {
  const sampler = { steps: () => 2, step: (_: Both, { x }: Seen) => tf.mul(x, 2) };
  const finish = (_: Both, { x }: Seen) => narrow(x);
  const cases = [
    [{ sampler: { ...sampler, finish } }, "finish"],
    [{ sampler: { ...sampler, step: finish } }, "step"],
  ] as const;
  for (const [parts, name] of cases) {
    const { trainer } = await trained(parts);
    await rejects(trainer.sample!({ random: defaultRng(1), count: 4 }), {
      name: "InputError",
      message: `Cannot use mine as ${name} must give [250, 16] for 250 rows: [250, 9]`,
    });
    trainer.dispose();
  }
});

Deno.test("a model whose functions give what they must trains, and its file opens", async () => {
  const { trainer } = await trained({});
  await trainer.evaluate({ random: defaultRng(1) });
  await trainer.exportModel!();
  trainer.dispose();
});

Deno.test("refused where it is defined: a model that translates and takes no partners", () => {
  throws(() => define({ takes: { examples: ["images"] } }), {
    name: "InputError",
    message: "Cannot define the model mine as with translate its takes must name partners, " +
      '"required" or "any": undefined',
  });
});
