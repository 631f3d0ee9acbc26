/** `new KIND NAME`: writes a starting file. @module */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { object } from "@optique/core/constructs";
import { argument } from "@optique/core/primitives";
import { choice, string } from "@optique/core/valueparser";
import { InputError } from "../../lab/core/errors.ts";
import { defineCommand, plain, PROGRAM } from "../command.ts";
import { exists, writeWhole } from "../files.ts";
import { callersPath, type Io } from "../terminal/io.ts";

/** Kinds of starting files: each is a template `cli/templates/<kind>.ts`, in which `my-<kind>` stands
 * for the name. */
export const templateKinds = [
  "agent",
  "model",
  "environment",
  "dataset",
  "body",
  "experiment",
] as const;

/** A kind of starting file. */
export type TemplateKind = typeof templateKinds[number];

/** The command `new`. */
export const newFile = defineCommand({
  name: "new",
  usage: "KIND NAME",
  brief: "Writes a starting file of your own, or a project's folder",
  description:
    "Writes NAME.ts into the folder that it is called from: an agent, model, environment, " +
    "data set, network body or experiment that trains as it is, with comments that say what to " +
    "change. project writes a folder NAME in which the command line works as it does here. Overwrites " +
    "nothing.",
  examples: [
    ["new environment lake", "lake.ts: a world of your own, and PPO in it"],
    ["run lake.ts", "train it"],
    ["new agent climber", "climber.ts: a policy gradient to change"],
    ["new project study", "a folder with a task experiment of its own"],
  ],
  parser: () =>
    object({
      kind: argument(choice([...templateKinds, "project"], { metavar: "KIND" }), {
        description: plain("What to write."),
      }),
      name: argument(string({ metavar: "NAME" }), {
        description: plain("Its name: letters, digits and hyphens; the file's or folder's, too."),
      }),
    }),
  async run({ kind, name }, io) {
    if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/i.test(name)) {
      throw new InputError(
        `Cannot name it so as a name must be letters, digits and single hyphens, like my-${kind}: ` +
          name,
      );
    }
    const written = kind === "project" ? await project(name, io) : [await starter(kind, name, io)];
    io.out(written.join("\n"));
    return 0;
  },
});

/** Writes the files, none of which may be there, and returns lines that say what to do next. */
async function starter(kind: TemplateKind, name: string, io: Io): Promise<string> {
  const path = callersPath(io, `${name}.ts`);
  await writeNew(path, await template(kind, name));
  return `Wrote ${name}.ts. To train it: ${PROGRAM} run ${name}.ts`;
}

/** The starting file of a kind under a name. */
export async function template(kind: TemplateKind, name: string): Promise<string> {
  const source = new URL(`../templates/${kind}.ts`, import.meta.url);
  const text = await Deno.readTextFile(source);
  return text.replaceAll(`my-${kind}`, name).replaceAll(`My${capital(kind)}`, pascal(name));
}

/** `deep-lake` as `DeepLake`. */
function pascal(name: string): string {
  return name.split("-").map(capital).join("");
}

function capital(word: string): string {
  return word[0].toUpperCase() + word.slice(1);
}

/** A folder whose tasks are the lab's, and whose import map leads to it. */
async function project(name: string, io: Io): Promise<string[]> {
  const folder = callersPath(io, name);
  if (await exists(folder)) {
    throw new InputError(`Cannot write ${folder} as there is something of that name already`);
  }
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const settings = await exists(`${root}deno.json`)
    ? await checkoutSettings(root)
    : packageSettings(root);
  const files = {
    "deno.json": `${JSON.stringify(settings, null, 2)}\n`,
    ".gitignore": "runs/\n",
    "first.ts": await template("experiment", "first"),
  };
  for (const [file, text] of Object.entries(files)) await writeNew(`${folder}/${file}`, text);
  return [
    `Wrote the folder ${name}: deno.json, first.ts. To train it:`,
    `cd ${name} && ${PROGRAM} run first.ts`,
  ];
}

const description = "Reverie's command line: train, compare, reproduce (--help)";

/** A project's `deno.json` where the lab is a checkout: its task and its permissions. */
async function checkoutSettings(root: string): Promise<unknown> {
  const { imports, tasks, compilerOptions } = JSON.parse(
    await Deno.readTextFile(`${root}deno.json`),
  ) as {
    imports: Record<string, string>;
    tasks: Record<"experiment", { command: string }>;
    compilerOptions: { lib: string[] };
  };
  const needed = ["reverie", "reverie/blocks", "zod", "@tensorflow/tfjs"];
  const command = tasks.experiment.command
    .replace("deno run", `deno run "--config=${root}deno.json"`)
    .replace("--allow-read=.,", `--allow-read=.,${root},`)
    .replace(/cli\/main\.ts$/, `"${root}cli/main.ts"`);
  return {
    imports: Object.fromEntries(
      needed.map((each) => [
        each,
        imports[each].startsWith("./") ? join(root, imports[each]) : imports[each],
      ]),
    ),
    compilerOptions: { lib: compilerOptions.lib },
    tasks: { experiment: { description, command } },
  };
}

/** A project's `deno.json` where the lab is an installed package. */
function packageSettings(root: string): unknown {
  return {
    imports: {
      "reverie": `${root}mod.js`,
      "reverie/blocks": `${root}blocks.js`,
      "zod": fileURLToPath(import.meta.resolve("zod")),
    },
    nodeModulesDir: "manual",
    tasks: {
      experiment: {
        description,
        command: `deno run --quiet --no-prompt --allow-all "${root}cli/main.js"`,
      },
    },
  };
}

async function writeNew(path: string, text: string): Promise<void> {
  if (await exists(path)) {
    throw new InputError(
      `Cannot write ${path} as there is such a file already: choose another name`,
    );
  }
  if (!await exists(dirname(path))) await Deno.mkdir(dirname(path));
  await writeWhole(path, [text]);
}
