/** `likelihood RUN [FOLDER|FILE]`: how probable examples are to a model. @module */
import { object } from "@optique/core/constructs";
import { optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { integer } from "@optique/core/valueparser";
import { holdingsOf } from "../../lab/core/dataset.ts";
import { InputError } from "../../lab/core/errors.ts";
import { streamOf } from "../../lab/core/random.ts";
import type { LogLikelihoods } from "../../lab/core/trainer.ts";
import type { Run } from "../../lab/store/store.ts";
import type { ProbedLikelihoods } from "../../models/flow_likelihood.ts";
import { defaulting, defineCommand, jsonOption, plain, seedValue } from "../command.ts";
import { examplesArgument, examplesOf, firstOf } from "../given_examples.ts";
import { modelOptions, openModel } from "../stored_model.ts";
import { openStoreOf } from "../stores.ts";
import { count as counted, figure, figureTo, plural, table } from "../terminal/format.ts";
import type { Io } from "../terminal/io.ts";

/** The series of it that evaluations have. */
const MEASURED = "evaluation/negative_log_likelihood";

/** The command `likelihood`. */
export const likelihood = defineCommand({
  name: "likelihood",
  usage: "RUN [FOLDER|FILE] [OPTIONS]",
  brief: "Log-likelihood of examples under a model, in nats and bits",
  description: "Gives −log p(x) of each picture of a folder (without one, of each test example) " +
    "under a stored model: the mean in nats and in bits a dimension, and the least probable examples. " +
    "Exact where the model knows it, but for a solver's steps under a diffusion, flow matching and " +
    "continuous flows of points; else bounded from above by importance sampling; of images under a " +
    "diffusion or a flow estimated along its flow, in minutes. It is the figure that models of all " +
    "families on the same data set are compared by. Greys under a model of bits (vae on glyphs) have a " +
    "cross-entropy, which is no likelihood and is called so.",
  examples: [
    ["likelihood latest", "of the test examples"],
    ["likelihood 3f2a holiday --count 20", "of own pictures, the twenty least probable"],
    ["likelihood 3f2a --draws 5000 --json", "a tighter bound of a model with latent variables"],
    ["likelihood 9c1e --examples 250", "of 250 test images under a diffusion"],
  ],
  mayBeForeign: () => true,
  parser: (known) => {
    const { force: _, ...which } = modelOptions(known);
    return object({
      ...which,
      folder: examplesArgument(),
      draws: optional(option("--draws", integer({ metavar: "K", min: 1, max: 1_000_000 }), {
        description: plain(
          "Draws an example, where it is estimated: more are a tighter bound. Default: 100; of probes " +
            "along a flow 2.",
        ),
      })),
      most: optional(option("--examples", integer({ metavar: "N", min: 1 }), {
        description: plain("Only the first N examples. Default: all."),
      })),
      count: defaulting(
        option("--count", integer({ metavar: "N", min: 0, max: 1000 }), {
          description: plain("How many of the least probable to show."),
        }),
        10,
      ),
      seed: defaulting(
        option("--seed", seedValue(), { description: plain("Seed of the draws.") }),
        1,
      ),
      strict: option("--strict", {
        description: plain("Stop at a picture that cannot be decoded, in place of leaving it out."),
      }),
      json: jsonOption(),
    });
  },
  async run(
    { folder, draws: asked, most = Infinity, count, seed, strict, json, ...which },
    io,
  ) {
    using model = await openModel(io, which);
    const { run, trainer, dataset } = model;
    if (trainer.logLikelihood === undefined) throw await noneOf(io, run, which.store);
    const { bitsOf } = await import("../../models/likelihood.ts");
    const { mean, standardDeviation } = await import("../../lab/statistics/scores.ts");
    const examples = firstOf(await examplesOf(io, model, folder, strict), most);
    const { values, labels, names } = examples;
    const dimensions = values.length / examples.count;
    const random = streamOf(seed, "likelihood");
    const found: LogLikelihoods & Partial<ProbedLikelihoods> = await trainer.logLikelihood(
      values,
      { draws: asked ?? 0, random, labels },
    );
    const { each, draws, solverSteps, probeError, binarized, crossEntropy } = found;
    if (asked !== undefined && draws === 0) {
      throw new InputError(`Cannot take --draws as the likelihood by ${run.id} needs none`);
    }
    const nats = Array.from(each, (logLikelihood) => -logLikelihood);
    const error = nats.length < 2 ? undefined : standardDeviation(nats, 1) / Math.sqrt(nats.length);
    const bits = crossEntropy ? undefined : nats.map((nats) => bitsOf(nats, dimensions));
    const kind = crossEntropy
      ? "no likelihood"
      : probeError !== undefined
      ? "estimate"
      : draws > 0
      ? "bound"
      : "exact";
    const named = crossEntropy ? "bernoulli_cross_entropy" : "negative_log_likelihood";
    const order = nats.map((_, i) => i).sort((a, b) => nats[b] - nats[a] || a - b);
    if (json) {
      const document = {
        run: run.id,
        kind,
        draws,
        ...solverSteps !== undefined && { solver_steps: solverSteps },
        ...probeError !== undefined && Number.isFinite(probeError) && { probe_error: probeError },
        ...binarized && { binarized },
        [named]: mean(nats),
        ...error !== undefined && { standard_error: error },
        ...bits && { bits_per_dimension: mean(bits) },
        examples: order.map((i) => ({ example: names[i], [named]: nats[i] })),
      };
      io.out(JSON.stringify(document, null, 2));
      return 0;
    }
    if (count > 0) {
      const columns = [{ title: "least probable", flexible: true }] as const;
      const numbers = ["nats", ...bits ? ["bits/dimension"] : []]
        .map((title) => ({ title, align: "right" } as const));
      const rows = order.slice(0, count).map((i) => [
        ...[names[i], figure(nats[i])],
        ...bits ? [figure(bits[i])] : [],
      ]);
      io.out(table([...columns, ...numbers], rows, io) + "\n");
    }
    io.out(
      `${plural(nats.length, "example")} under run ${run.id}  ${run.name}: ` +
        `${crossEntropy ? "Bernoulli cross-entropy" : "−log p(x)"} = ` +
        `${figureTo(mean(nats), error ?? 0)}${
          error === undefined ? "" : ` ± ${figure(error)}`
        } nats` +
        (bits ? `, ${figure(mean(bits))} bits/dimension` : ""),
    );
    const how = draws === 0
      ? `exact${solverSteps ? ` but for ${plural(solverSteps, "step")} of a solver` : ""}`
      : probeError !== undefined
      ? `at most: greys dequantised, the flow's divergence by ${counted(draws)} probes for each ` +
        `(--draws)${Number.isFinite(probeError) ? `, ± ${figure(probeError)} nats` : ""}`
      : `at most: −log of the mean over ${plural(draws, "draw")} for each (--draws)`;
    const greys = dataset.kind !== "images" || holdingsOf(dataset).binary
      ? ""
      : crossEntropy
      ? "; of greys, no likelihood: comparable with the same model alone"
      : binarized
      ? "; of black and white pixels, drawn once with the greys as probabilities"
      : "; of greys, which no model of black and white pixels is compared with";
    io.out(how + greys);
    return 0;
  },
});

/** Why a run's model tells no likelihood of examples: it has none, or its evaluations alone measure it. */
async function noneOf(
  io: Io,
  { id, name }: Run,
  location: string | undefined,
): Promise<InputError> {
  using opened = await openStoreOf(io, location, { readOnly: true });
  const nats = opened.store.lastValues(MEASURED).get(id);
  return new InputError(
    `Cannot take a likelihood by ${id} as ` +
      (nats === undefined
        ? `"${name}" is of a model that has none`
        : `the evaluations of "${name}" alone measure it (\`compare ${id} --metric ${MEASURED}\`): ` +
          `${figure(nats)} nats`),
  );
}
