/** `encode RUN [FOLDER|FILE]`: codes as a file of numbers. @module */
import { object } from "@optique/core/constructs";
import { optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { InputError } from "../../lab/core/errors.ts";
import { defineCommand, oneOf, plain } from "../command.ts";
import { fileToWrite } from "../files.ts";
import { examplesArgument, examplesOf } from "../given_examples.ts";
import { modelOptions, openModel } from "../stored_model.ts";
import { writeWhole } from "../files.ts";
import { plural } from "../terminal/format.ts";

const FORMATS = ["npy", "csv"] as const;

/** What is written where nobody names a file. */
const fileOf = (format: typeof FORMATS[number]) => `codes.${format}`;

/** The command `encode`. */
export const encode = defineCommand({
  name: "encode",
  usage: "RUN [FOLDER|FILE] [OPTIONS]",
  brief: "Writes the codes of pictures, for NumPy or as a table",
  description:
    "Writes the codes that a stored model gives the pictures of a folder (PNG, JPEG, WebP; its " +
    "own or those of its subfolders), cropped and resized as it learned them, or the rows of a .npy, .npz or " +
    ".csv file; without either those of its test examples. NumPy's array is [count, Z], the table has a line an example, with the " +
    "file's name first.",
  examples: [
    ["encode latest holiday --out codes.npy", "numpy.load('codes.npy')"],
    ["encode 3f2a --format csv", "of the test examples, as a table: codes.csv"],
  ],
  writes: FORMATS.map(fileOf),
  mayBeForeign: () => true,
  parser: (known) =>
    object({
      ...modelOptions(known),
      folder: examplesArgument(),
      strict: option("--strict", {
        description: plain("Stop at a picture that cannot be decoded, in place of leaving it out."),
      }),
      format: optional(option("--format", oneOf([...FORMATS]), {
        description: plain("Of the file. Default: what --out ends in, else npy."),
      })),
      out: optional(option("--out", string({ metavar: "FILE" }), {
        description: plain("The file to write, .npy or .csv. Default: codes.npy, codes.csv."),
      })),
    }),
  async run({ folder, strict, format, out, force, ...which }, io) {
    const endings = FORMATS.filter((each) => each === (format ?? each)).map((each) => `.${each}`);
    const file = await fileToWrite(io, out ?? fileOf(format ?? FORMATS[0]), endings, force);
    using model = await openModel(io, which);
    const { run, trainer } = model;
    if (trainer.encode === undefined) {
      throw new InputError(`Cannot encode by ${run.id} as "${run.name}" gives no codes`);
    }
    const { count, values, labels, names } = await examplesOf(io, model, folder, strict);
    const codes = await trainer.encode(values, labels);
    const width = codes.length / count;
    if (/\.npy$/i.test(file.path)) {
      const { encodeNpy } = await import("../../lab/core/npy.ts");
      await writeWhole(file, encodeNpy(codes, [count, width]));
    } else {
      await writeWhole(file, tableOf(codes, names));
    }
    io.out(`${plural(count, "code")} of ${plural(width, "number")} by run ${run.id}: ${file.path}`);
    return 0;
  },
});

/** Lines of a table, the names of examples first. */
function* tableOf(codes: Float32Array, names: readonly string[]): Generator<string> {
  const width = codes.length / names.length;
  yield `example,${Array.from({ length: width }, (_, z) => `z${z}`).join(",")}\n`;
  for (const [i, name] of names.entries()) {
    const quoted = /[",\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
    yield `${quoted},${codes.subarray(i * width, (i + 1) * width).join(",")}\n`;
  }
}
