/** `detect RUN [FOLDER|FILE]`: what a model finds strange. @module */
import { object } from "@optique/core/constructs";
import { optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { float, integer, string } from "@optique/core/valueparser";
import { InputError } from "../../lab/core/errors.ts";
import { streamOf } from "../../lab/core/random.ts";
import { defaulting, defineCommand, jsonOption, plain } from "../command.ts";
import { fileToWrite } from "../files.ts";
import { examplesArgument, examplesOf } from "../given_examples.ts";
import { modelOptions, openModel, writePicture } from "../stored_model.ts";
import { count as grouped, figure, table } from "../terminal/format.ts";

/** The command `detect`. */
export const detect = defineCommand({
  name: "detect",
  usage: "RUN [FOLDER|FILE] [OPTIONS]",
  brief: "Scores how strange pictures are to a model",
  description: "Puts each picture of a folder (without one, each test example) through a stored " +
    "model's code and back; the mean squared error is its score, high where the model learned from " +
    "nothing like it. A flow of points gives back whatever it is given: the score is −log p(x) in " +
    "nats. Marked are those above the threshold, a quantile of the scores of the validation split.",
  examples: [
    ["detect latest holiday --out strange.png", "scores, and the ten strangest as a sheet"],
    ["detect 3f2a --count 20", "the twenty strangest test examples"],
    ["detect 3f2a holiday --quantile 0.99 --json", "all scores, for a program"],
  ],
  mayBeForeign: () => true,
  parser: (known) =>
    object({
      ...modelOptions(known),
      folder: examplesArgument(),
      count: defaulting(
        option("--count", integer({ metavar: "N", min: 1, max: 1000 }), {
          description: plain("How many of the strangest to show."),
        }),
        10,
      ),
      quantile: defaulting(
        option("--quantile", float({ metavar: "Q", min: 0, max: 1 }), {
          description: plain("Share of the validation examples below the threshold, 0 to 1."),
        }),
        0.95,
      ),
      strict: option("--strict", {
        description: plain("Stop at a picture that cannot be decoded, in place of leaving it out."),
      }),
      out: optional(option("--out", string({ metavar: "FILE.png" }), {
        description: plain("A sheet of the strangest, what the model makes of them below."),
      })),
      json: jsonOption(),
    }),
  async run({ folder, count, quantile: share, strict, out, json, force, ...which }, io) {
    const file = out === undefined ? undefined : await fileToWrite(io, out, [".png"], force);
    using model = await openModel(io, which);
    const { run, trainer, dataset } = model;
    const { reconstructed, reconstructionErrors } = await import("../../models/anomalies.ts");
    const { quantile } = await import("../../lab/statistics/scores.ts");
    const { validation } = dataset;
    const { invertible = false, logLikelihood } = trainer;
    if (invertible && (dataset.kind === "images" || logLikelihood === undefined)) {
      throw new InputError(
        `Cannot detect by ${run.id} as "${run.name}" gives back whatever it is given` +
          (logLikelihood ? `: likelihood ${run.id} lists the least probable examples` : ""),
      );
    }
    const scoresOf = async (values: Float32Array, count: number, labels?: ArrayLike<number>) => {
      if (!invertible) {
        const made = await reconstructed(trainer, values, count, labels);
        return reconstructionErrors(values, made, count);
      }
      const random = streamOf(1, "likelihood");
      const { each } = await trainer.logLikelihood!(values, { draws: 0, random, labels });
      return each.map((logLikelihood) => -logLikelihood);
    };
    const usual = await scoresOf(validation.values, validation.count, validation.labels);
    const threshold = quantile(usual.toSorted(), share);
    const examples = await examplesOf(io, model, folder, strict);
    const scores = await scoresOf(examples.values, examples.count, examples.labels);
    const order = Array.from(scores, (_, i) => i).sort((a, b) => scores[b] - scores[a] || a - b);
    const strangest = order.slice(0, count);
    if (file !== undefined) {
      const { gatherRows } = await import("../../lab/core/rows.ts");
      const { reconstructionSheet } = await import("../../models/sheet.ts");
      if (dataset.kind !== "images") {
        throw new InputError(`Cannot draw a sheet as the examples must be images: ${dataset.kind}`);
      }
      const size = examples.values.length / examples.count;
      const originals = new Float32Array(strangest.length * size);
      gatherRows(examples.values, strangest, size, originals);
      const labels = examples.labels && strangest.map((i) => examples.labels![i]);
      const made = await reconstructed(trainer, originals, strangest.length, labels);
      const shape = dataset.shape as [number, number, number];
      await writePicture(file, reconstructionSheet(originals, made, shape));
    }
    if (json) {
      const document = order.map((i) => ({
        example: examples.names[i],
        score: scores[i],
        anomaly: scores[i] > threshold,
      }));
      const measure = invertible ? "negative_log_likelihood" : "mean_squared_error";
      io.out(JSON.stringify({ run: run.id, measure, threshold, examples: document }, null, 2));
      return 0;
    }
    const above = scores.filter((score) => score > threshold).length;
    io.out(table(
      [
        { title: "example", flexible: true },
        { title: invertible ? "−log p(x)" : "score", align: "right" },
        { title: "" },
      ],
      strangest.map((
        i,
      ) => [examples.names[i], figure(scores[i]), scores[i] > threshold ? "anomaly" : ""]),
      io,
    ));
    io.out(
      `${grouped(above)} of ${grouped(examples.count)} above the threshold ${
        figure(threshold)
      } of run ${run.id}` +
        (invertible ? ": −log p(x) in nats, as a flow gives back whatever it is given" : ""),
    );
    if (file !== undefined) io.out(`The ${strangest.length} strangest: ${file.path}`);
    return 0;
  },
});
