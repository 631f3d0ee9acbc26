/** Models that look at classes are told them: examples without labels are refused and not labelled at random. */
import { deepStrictEqual, rejects } from "node:assert";
import { defaultRng } from "../../lab/core/random.ts";
import type { Trainer } from "../../lab/core/trainer.ts";
import { models } from "../../models/mod.ts";
import { datasetOf, known, smallOf, trainerOf } from "./laboratory.ts";

type Labels = ArrayLike<number> | undefined;

/** What a trainer may be asked of examples. */
const asked: Record<
  string,
  (trainer: Trainer, values: Float32Array) => (labels: Labels) => Promise<ArrayLike<number>>
> = {
  encode: (trainer, values) => (labels) => trainer.encode!(values, labels),
  score: (trainer, values) => (labels) => trainer.score!(values, labels),
  translate: (trainer, values) => (labels) => trainer.translate!(values, labels),
  classify: (trainer, values) => () => trainer.classify!(values),
  logLikelihood: (trainer, values) => async (labels) =>
    (await trainer.logLikelihood!(values, { draws: 1, random: defaultRng(1), labels })).each,
};

for (const entry of models) {
  const definition = await entry.load();
  const dataset = datasetOf(definition);
  if (definition.takes.labels === undefined || dataset.classes === undefined) continue;

  Deno.test(`${definition.name} refuses examples whose classes it looks at and nobody told`, async () => {
    const fields = {
      ...smallOf(definition),
      ...known(definition.configuration, { conditional: true }),
    };
    const { trainer } = await trainerOf(definition, dataset, fields, { judges: [] });
    await trainer.iterate();
    const size = dataset.test.values.length / dataset.test.count;
    const values = dataset.test.values.subarray(0, 4 * size);
    for (const [name, of] of Object.entries(asked)) {
      if (trainer[name as keyof Trainer] === undefined) continue;
      const ask = of(trainer, values);
      const [zeros, ones] = [await ask([0, 0, 0, 0]), await ask([1, 1, 1, 1])];
      if (zeros.length > 0 && Array.from(zeros).every((value, i) => value === ones[i])) {
        deepStrictEqual(await ask(undefined), zeros, name);
      } else {
        await rejects(ask(undefined), {
          name: "InputError",
          message: /must be told the class of each: none; /,
        }, name);
      }
    }
    trainer.dispose();
  });
}
