/** `sample RUN`: draws from a stored generative model. @module */
import { object } from "@optique/core/constructs";
import { optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { integer, string } from "@optique/core/valueparser";
import { InputError } from "../../lab/core/errors.ts";
import { streamOf } from "../../lab/core/random.ts";
import { joined, textsOf } from "../../lab/core/text.ts";
import { defaulting, defineCommand, plain, seedValue } from "../command.ts";
import { fileToWrite, writeWhole } from "../files.ts";
import { drawnAsTyped, samplingOf, samplingOptions } from "../sampling_options.ts";
import { givePicture, modelOptions, openModel, requireTerminal } from "../stored_model.ts";
import { count } from "../terminal/format.ts";

/** The command `sample`. */
export const sample = defineCommand({
  name: "sample",
  usage: "RUN [--out FILE.png] [OPTIONS]",
  brief: "Draws samples of a generative model: a picture, or text",
  description: "Draws samples from a stored generative model and writes them as one PNG: a sheet " +
    "of images, or a scatter of points. Text is printed, or written into a text file.",
  examples: [
    ["sample latest --out digits.png", "100 samples of the newest run"],
    ["sample 3f2a --count 16 --seed 7 --out few.png", "16 others"],
    ["sample latest --class 7 --count 64 --out sevens.png", "of one class, where it has labels"],
    [
      "sample latest --steps 10 --sampler heun --out fast.png",
      "in ten steps, where it takes steps",
    ],
    ["sample latest --guidance 2 --class 7 --out sevens.png", "truer to their class, less diverse"],
    ['sample latest --prompt "the cat"', "text that goes on from a beginning"],
  ],
  mayBeForeign: () => true,
  parser: (known) =>
    object({
      ...modelOptions(known),
      count: optional(option("--count", integer({ metavar: "N", min: 1, max: 100_000 }), {
        description: plain("How many samples. Default: 100, of text 3."),
      })),
      prompt: optional(option("--prompt", string({ metavar: "TEXT" }), {
        description: plain("What all samples of text begin with."),
      })),
      ...samplingOptions(),
      seed: defaulting(
        option("--seed", seedValue(), { description: plain("Seed of the samples.") }),
        1,
      ),
      out: optional(option("--out", string({ metavar: "FILE" }), {
        description: plain(
          "The picture to write, FILE.png; of text FILE.txt. Default: it is shown in the terminal.",
        ),
      })),
    }),
  async run({ count: asked, prompt, seed, out, force, ...which }, io) {
    const file = out === undefined
      ? undefined
      : await fileToWrite(io, out, [".png", ".txt"], force);
    using model = await openModel(io, which);
    const { run, trainer, dataset } = model;
    if (trainer.sample === undefined) {
      throw new InputError(`Cannot sample ${run.id} as "${run.name}" is no generative model`);
    }
    const random = streamOf(seed, "samples");
    const isText = dataset.kind === "text";
    requireEnding(run.id, file?.path, isText);
    if (!isText && file === undefined) requireTerminal(io);
    const drawn = { random, count: asked ?? (isText ? 3 : 100), prompt };
    const how = samplingOf(which, dataset);
    const samples = await drawnAsTyped(which, () => trainer.sample!({ ...drawn, ...how }));
    const what = `${count(samples.count)} samples of run ${run.id}`;
    if (samples.kind === "text") {
      const text = joined(textsOf(samples));
      if (file === undefined) {
        io.out(printable(text));
        return 0;
      }
      await writeWhole(file, [text]);
    } else {
      if (samples.kind === "points" && samples.dimensions !== 2) {
        throw new InputError(
          `Cannot draw samples of ${run.id} as a picture shows points of two numbers: they have ` +
            `${samples.dimensions} (\`export ${run.id} --format model\` draws them in a program)`,
        );
      }
      const { samplesSheet } = await import("../../models/sheet.ts");
      await givePicture(io, file, samplesSheet(samples), what);
      return 0;
    }
    io.out(`${what}: ${file.path}`);
    return 0;
  },
});

/** @throws InputError where the file is none that holds such samples. */
function requireEnding(run: string, path: string | undefined, isText: boolean): void {
  const ending = isText ? ".txt" : ".png";
  if (path === undefined || path.toLowerCase().endsWith(ending)) return;
  const what = isText ? "text" : "a picture";
  throw new InputError(
    `Cannot write samples of ${run} as they are ${what}, --out FILE${ending}: ${path}`,
  );
}

/** Text as a terminal shows it and does nothing else. */
function printable(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "·");
}
