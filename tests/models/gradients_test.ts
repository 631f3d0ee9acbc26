/**
 * Every gradient step of every model: along its own gradient g the loss falls as fast as ‖g‖² says, by
 * a step forwards and one back.
 */
import { ok } from "node:assert";
import { sgd } from "../../lab/compute/optimizers.ts";
import { openWorkspace } from "../../lab/compute/backend.ts";
import { defaultRng, streamOf } from "../../lab/core/random.ts";
import { gatherRows } from "../../lab/core/rows.ts";
import type { DefinedModel } from "../../models/define_model.ts";
import { models } from "../../models/mod.ts";
import { BoundModel } from "../../models/programs.ts";
import { datasetOf, everyStepOf } from "./laboratory.ts";

const ROWS = 20;

/**
 * Steps whose gradient is none of the loss: it passes a choice as if it were not there, or takes what the
 * network is held to, its own output, chains or texts, for a constant.
 */
const straightThrough = [
  "vq-vae/quantized",
  "consistency/consistency",
  "energy-based/energy_gap",
  "seqgan/generator",
];

for (const { name, load } of models) {
  // deno-lint-ignore no-explicit-any
  const definition = await load() as DefinedModel<any, any>;
  for (const step of definition.model.steps) {
    // A learning rule is the gradient of nothing.
    if (step.loss === undefined || straightThrough.includes(`${name}/${step.name}`)) continue;
    Deno.test(`${name}/${step.name}: the loss falls as its gradient says`, async () => {
      const dataset = datasetOf(definition);
      const { workspace } = await openWorkspace("wasm");
      const configuration = definition.configuration.parse(everyStepOf(definition));
      const bound = new BoundModel(definition.model, {
        configuration,
        dataset,
        workspace,
        stream: (part) => streamOf(3, part),
      });
      // Of the terms the loss alone, and never a gradient that is cut short or weights that are.
      const alone = {
        ...step,
        ...{ maximumGradientNorm: undefined, constrain: undefined },
        loss: (...seen: Parameters<NonNullable<typeof step.loss>>) => ({
          loss: step.loss!(...seen).loss,
        }),
      };
      const { program } = bound.compileStep(alone, sgd(), false);
      // Early in its part of the budget, where what is faded in counts for something.
      const [from, to] = step.during?.(configuration) ?? [0, 0];
      program.scalar.spent = (3 * from + Math.min(to, 1)) / 4;
      const rows = Array.from({ length: ROWS }, (_, i) => i);
      const { values, labels, partners } = dataset.train;
      if (program.input.x !== undefined) {
        gatherRows(
          values,
          rows,
          values.length / dataset.train.count,
          program.input.x as Float32Array,
        );
      }
      if (program.input.partners !== undefined) {
        const { partnerSize } = bound.shape;
        gatherRows(partners!, rows, partnerSize, program.input.partners as Float32Array);
      }
      if (program.input.labels !== undefined) {
        const { classes } = bound.shape;
        program.input.labels.fill(0);
        rows.forEach((row) => program.input.labels[row * classes + labels![row]] = 1);
      }
      // Biases away from 0, so that no unit stands at its kink.
      const start = await workspace.read("parameters");
      const random = streamOf(4, "start");
      for (const { values } of Object.values(start)) {
        values.forEach((value, i) => values[i] = value + 0.1 * random.standardNormal());
      }
      workspace.write("parameters", start);
      /** The loss at the start moved by −rate·g, with the same noise; and what it moved to. */
      const taken = async (rate: number) => {
        program.scalar.learningRate = rate;
        program.run(defaultRng(1));
        const moved = await workspace.read("parameters");
        program.scalar.learningRate = 0;
        program.run(defaultRng(1));
        const [loss] = await program.read(step.name);
        workspace.write("parameters", start);
        return { loss, moved };
      };
      const { moved } = await taken(1);
      let squared = 0;
      for (const [tensor, { values }] of Object.entries(start)) {
        moved[tensor].values.forEach((value, i) => squared += (values[i] - value) ** 2);
      }
      // A long way, and a short one for losses that bend.
      const falls: number[] = [];
      for (const length of [5e-3, 5e-5]) {
        const rate = length / Math.sqrt(squared);
        falls.push(((await taken(-rate)).loss - (await taken(rate)).loss) / (2 * rate));
      }
      workspace.dispose();
      const isOne = falls.some((fall) => Math.abs(fall / squared - 1) < 0.02);
      ok(squared > 0 && isOne, `${falls} for ${squared}`);
    });
  }
}
