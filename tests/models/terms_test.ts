/** What a step or an evaluation gives is one number an example: what else it is says so in one line. */
import { ok, rejects, strictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { defaultRng } from "../../lab/core/random.ts";
import { defineModel } from "../../models/define_model.ts";
import { exampleFields } from "../../models/fields.ts";
import { squaredError } from "../../models/losses.ts";
import type { Model } from "../../models/model.ts";
import { dense } from "../../models/networks.ts";
import { halves, trainerOf, trainThrough } from "./laboratory.ts";

/** Squared errors of images, [B], as a step or a figure gives them. */
type Shaped = (errors: tf.Tensor) => unknown;

const asTheyAre: Shaped = (errors) => errors;

function reconstructing(
  { loss = asTheyAre, figure = asTheyAre, score = asTheyAre, budget = "examples" }: {
    readonly loss?: Shaped;
    readonly figure?: Shaped;
    readonly score?: Shaped;
    readonly budget?: "examples" | "gradientSteps";
  },
) {
  const shaped = (by: Shaped, errors: tf.Tensor) => by(errors) as tf.Tensor;
  return defineModel({
    name: "mine",
    summary: "Reconstructs",
    takes: { examples: ["images"] },
    configuration: z.strictObject(exampleFields),
    budget,
    networks: ({ size }) => ({ both: dense([size, size]) }),
    steps: [{
      name: "reconstruction",
      loss: ({ both }, { x }) => ({ loss: shaped(loss, squaredError(both(x), x)) }),
    }],
    evaluate: ({ both }, { x }) => ({ error: shaped(figure, squaredError(both(x), x)) }),
    score: ({ both }, { x }) => shaped(score, squaredError(both(x), x)),
    metrics: async ({ meanScore }) => ({
      "evaluation/mean_score": await meanScore!(halves().test.values),
    }),
  } as Model<
    z.output<z.ZodObject<typeof exampleFields>>,
    Record<string, ReturnType<typeof dense>>
  >);
}

const open = (parts: Parameters<typeof reconstructing>[0]) =>
  trainerOf(reconstructing(parts), halves(), { batchSize: 50 }, { budget: 240 });

const column: Shaped = (errors) => tf.expandDims(errors, 1);
const pair: Shaped = (errors) => tf.slice(errors, 0, 2);
const wrong: [given: Shaped, shape: string][] = [
  [column, "[B,1]"],
  [(errors) => tf.tile(tf.expandDims(errors, 1), [1, 3]), "[B,3]"],
  [pair, "[2]"],
  [() => 3, "3"],
  [() => undefined, "undefined"],
];

for (const [given, shape] of wrong) {
  const refused = (parts: Parameters<typeof reconstructing>[0], batch: number, what: string) =>
    rejects(open(parts), {
      name: "InputError",
      message: `Cannot ${what} must be one number an example, [${batch}], or one in all: ` +
        shape.replace("B", `${batch}`),
    });
  Deno.test(`refused before training: a loss or a figure of ${shape}`, async () => {
    const step = "take the step reconstruction of mine as its loss";
    await refused({ loss: given }, 50, step);
    await refused({ loss: given, budget: "gradientSteps" }, 50, step);
    await refused({ figure: given }, 250, "evaluate mine as its error");
  });
}

Deno.test("a mean score of a column of scores is refused where it is asked for", async () => {
  const { trainer } = await open({ score: column });
  await rejects(trainer.evaluate({ random: defaultRng(1) }), {
    name: "InputError",
    message: "Cannot use mine as score must give [250] for 250 rows: [250, 1]",
  });
  trainer.dispose();
});

Deno.test("a loss that is a scalar is descended as it is, a figure is a mean over examples", async () => {
  const mean: Shaped = (errors) => tf.mean(errors);
  const course = async (parts: Parameters<typeof reconstructing>[0]) => {
    const { trainer } = await open(parts);
    await trainThrough(trainer);
    const { metrics } = await trainer.evaluate({ random: defaultRng(1) });
    trainer.dispose();
    return metrics;
  };
  const metrics = await course({});
  ok(Math.abs(metrics["evaluation/error"] - metrics["evaluation/mean_score"]) < 1e-4);
  const whole = await course({ loss: mean, budget: "gradientSteps" });
  const each = await course({ budget: "gradientSteps" });
  strictEqual(whole["evaluation/error"].toFixed(3), each["evaluation/error"].toFixed(3));
});
