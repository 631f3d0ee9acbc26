/** `new KIND NAME`: writes a starting file. @module */
import { basename, dirname, join, parse, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { object } from "@optique/core/constructs";
import { argument } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { InputError } from "../../lab/core/errors.ts";
import { packagesFolder } from "../../lab/experiment/packages.ts";
import type { Registries } from "../../lab/experiment/registries.ts";
import { defineCommand, oneOf, plain, PROGRAM } from "../command.ts";
import { PROGRAM as TASK } from "../../web/program.ts";
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
      kind: argument(oneOf([...templateKinds, "project"], { metavar: "KIND" }), {
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
  const registries = await io.registries();
  requireFree(kind, name, registries);
  const text = await template(kind, name);
  requireFreeExperiment(kind, name, text, registries);
  await writeNew(callersPath(io, `${name}.ts`), text);
  return `Wrote ${name}.ts. To train it: ${PROGRAM} run ${name}.ts`;
}

/**
 * Refuses a name that the lab has: a run of the file would be refused, or taken for the lab's own.
 *
 * @throws {InputError} that proposes another.
 */
function requireFree(kind: TemplateKind, name: string, registries: Registries): void {
  const { agents, models, datasets, experiments, environments } = registries;
  const named = {
    agent: agents,
    model: models,
    dataset: datasets,
    experiment: experiments,
    body: [],
  };
  const taken = kind === "environment"
    ? environments.some(({ id }) => id === `${pascal(name)}-v0`)
    : named[kind].some((each) => each.name === name.toLowerCase());
  if (!taken) return;
  throw new InputError(
    `Cannot write ${name}.ts as the lab has ${aNoun[kind]} of that name: new ${kind} my-${name}`,
  );
}

/** Refuses a file whose experiment the lab has by its name: its runs would be called as the lab's own. */
function requireFreeExperiment(
  kind: TemplateKind,
  name: string,
  text: string,
  { experiments }: Registries,
): void {
  const [, own] = /defineExperiment\(\{\s+name: "(.+)"/.exec(text)!;
  if (!experiments.some(({ name }) => name === own.toLowerCase())) return;
  throw new InputError(
    `Cannot write ${name}.ts as the lab has an experiment of its experiment's name, ${own}: ` +
      `new ${kind} my-${name}`,
  );
}

const aNoun: Readonly<Record<TemplateKind, string>> = {
  agent: "an agent",
  model: "a model",
  environment: "a world",
  dataset: "a data set",
  body: "a body",
  experiment: "an experiment",
};

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
  const inCheckout = await exists(`${root}deno.json`);
  const settings = await (inCheckout ? checkoutSettings : packageSettings)(root, folder);
  // What `node:` modules declare is found by this name alone, and by deno check as a dependency alone.
  const hasTypes = !inCheckout && await isAbove(folder, NODE_TYPES);
  const files = {
    "deno.json": `${JSON.stringify(settings, null, 2)}\n`,
    ...hasTypes && {
      "package.json": `${
        JSON.stringify({ private: true, devDependencies: { [NODE_TYPES]: "*" } }, null, 2)
      }\n`,
    },
    ".gitignore": "runs/\n",
    "first.ts": await template("experiment", "first"),
  };
  for (const [file, text] of Object.entries(files)) await writeNew(`${folder}/${file}`, text);
  return [
    `Wrote the folder ${name}: deno.json, first.ts. To train it and to look at it:`,
    `cd ${name} && ${TASK} run first.ts && deno task -q dashboard`,
  ];
}

/** Declarations of Node's modules, which Deno's own lack outside of a checkout. */
const NODE_TYPES = "@types/node";

/** Tasks of the lab's `deno.json` that a project has, too, under the same names. */
export const projectTasks = [
  "experiment",
  "experiment:native",
  "experiment:fleet",
  "experiment:slurm",
  "experiment:isolated",
  "worker",
  "dashboard",
  "dashboard:shared",
  "fetch",
] as const;

/** Those of `deno.json` that a project gets. */
type Tasks = Readonly<Record<typeof projectTasks[number], Task>>;

interface Task {
  readonly description: string;
  readonly command: string;
}

/** What a path between a task's quotes cannot hold: it would mean something else there. */
const UNQUOTABLE = /[$"`\\,]/;

/**
 * The lab's tasks for a folder elsewhere: the same programs, with the same permissions and what they
 * read of the lab.
 *
 * @throws {InputError} where the way to the lab cannot be written in a task.
 */
export function elsewhere(tasks: Tasks, root: string, reads: string, flags = "") {
  const [wrong] = UNQUOTABLE.exec(root) ?? [];
  if (wrong !== undefined) {
    throw new InputError(
      `Cannot write a project as its tasks cannot name a lab with ${wrong} in its path: ${root}`,
    );
  }
  const moved = ({ description, command }: Task): Task => ({
    description,
    command: command
      .replace("deno task --quiet build", `deno task --quiet --cwd "${root}" build`)
      .replace("test -f .git && git ", `test -f "${root}.git" && git -C "${root}" `)
      .replace("deno run", `deno run${flags}`)
      .replace("--allow-read=.,", `--allow-read=.,${reads},`)
      .replace(
        /(\S+\.[jt]s)( [\w-]+)?$/,
        (_, program, command = "") => `"${root}${program}"${command}`,
      ),
  });
  return Object.fromEntries(projectTasks.map((name) => [name, moved(tasks[name])]));
}

/**
 * How a path is written in a project's files: from the project on, so that both may move together, or
 * lie elsewhere on another machine; as it is where nothing but the disk's own folder holds both.
 *
 * @param project Absolute path of its folder.
 * @param path Absolute; what it ends with stays.
 *
 * @example
 * ```ts
 * import { wayFrom } from "./new.ts";
 * import { strictEqual } from "node:assert";
 * strictEqual(wayFrom("/home/me/study", "/home/me/reverie/"), "../reverie/");
 * strictEqual(wayFrom("/tmp/study", "/home/me/reverie/"), "/home/me/reverie/");
 * ```
 */
export function wayFrom(project: string, path: string): string {
  const { root } = parse(project);
  const shared = project.slice(root.length).split("/")[0];
  if (!path.startsWith(`${root}${shared}/`)) return path;
  return `${relative(project, path)}${path.endsWith("/") ? "/" : ""}`;
}

/** {@linkcode wayFrom} of a folder that is not there yet, whatever links lead to the one above it. */
async function wayFromNew(folder: string, path: string): Promise<string> {
  return wayFrom(join(await Deno.realPath(dirname(folder)), basename(folder)), path);
}

/** A project's `deno.json` where the lab is a checkout. */
async function checkoutSettings(lab: string, folder: string): Promise<unknown> {
  const root = await wayFromNew(folder, lab);
  const { imports, tasks, compilerOptions } = JSON.parse(
    await Deno.readTextFile(`${lab}deno.json`),
  ) as {
    imports: Record<string, string>;
    tasks: Tasks;
    compilerOptions: { lib: string[] };
  };
  const needed = ["reverie", "reverie/blocks", "reverie/page", "zod", "@tensorflow/tfjs"];
  return {
    imports: Object.fromEntries(
      needed.map((each) => [
        each,
        imports[each].startsWith("./") ? join(root, imports[each]) : imports[each],
      ]),
    ),
    compilerOptions: { lib: compilerOptions.lib },
    tasks: elsewhere(tasks, root, root, ` "--config=${root}deno.json"`),
  };
}

/**
 * A project's `deno.json` where the lab is an installed package. What lies in a `node_modules` above
 * the project is found there by its name, with its declarations, which a path would not lead to.
 */
async function packageSettings(lab: string, folder: string): Promise<unknown> {
  const { reverie: { tasks } } = JSON.parse(await Deno.readTextFile(`${lab}package.json`)) as {
    reverie: { tasks: Tasks };
  };
  const zod = fileURLToPath(import.meta.resolve("zod"));
  const from = (path: string) => wayFromNew(folder, path);
  const root = await from(lab);
  const modules = await from(packagesFolder());
  const imports = {
    ...(await isAbove(folder, "reverie", lab) ? {} : {
      "reverie": `${root}mod.js`,
      "reverie/blocks": `${root}blocks.js`,
      "reverie/page": `${root}page.js`,
    }),
    ...(await isAbove(folder, "zod", dirname(zod)) ? {} : { zod: await from(zod) }),
  };
  return {
    ...(Object.keys(imports).length === 0 ? {} : { imports }),
    nodeModulesDir: "manual",
    unstable: ["worker-options", "lazy-dynamic-imports"],
    // Deno would look for it beside the program, in the package.
    tasks: elsewhere(tasks, root, `${root},${modules}`, " --config=deno.json"),
  };
}

/**
 * Whether a package's name, looked up from a folder that is not there yet, leads to this copy of it;
 * without one, to any.
 */
async function isAbove(folder: string, name: string, copy?: string): Promise<boolean> {
  const real = copy === undefined ? undefined : await Deno.realPath(copy);
  for (let above = dirname(folder);; above = dirname(above)) {
    const found = await Deno.realPath(join(above, "node_modules", name)).catch(() => undefined);
    if (found !== undefined) return real === undefined || found === real;
    if (above === dirname(above)) return false;
  }
}

async function writeNew(path: string, text: string): Promise<void> {
  if (await exists(path)) {
    throw new InputError(
      `Cannot write ${path} as there is such a file already: choose another name`,
    );
  }
  if (!await exists(dirname(path))) await Deno.mkdir(dirname(path));
  await writeWhole({ path, force: false }, [text]);
}
