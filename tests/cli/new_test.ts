/** Starting files train as they are, and are the examples of docs/extend.md. */
import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert";
import { parse, resolve } from "node:path";
import { registries } from "../../registries.ts";
import {
  elsewhere,
  projectTasks,
  template,
  type TemplateKind,
  templateKinds,
  wayFrom,
} from "../../cli/commands/new.ts";
import { main } from "../../cli/main.ts";
import { taskFolder } from "../../cli/terminal/io.ts";
import { capturedIo } from "./captured_io.ts";

const root = new URL("../../", import.meta.url);

/** What a person types in an empty folder. */
async function inFolder(
  test: (
    type: (...args: string[]) => Promise<{ code: number; out: string; error: string }>,
    folder: string,
  ) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(async (...args) => {
      const io = capturedIo({ folder, root: folder });
      const code = await main(args, io);
      return { code, ...io.written };
    }, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Under what `list` shows what a starting file brings beside its experiment. */
const kindOfTemplate: Readonly<Record<TemplateKind, readonly string[]>> = {
  agent: ["agents"],
  model: ["models"],
  environment: ["worlds"],
  dataset: ["datasets"],
  body: ["bodies"],
  experiment: [],
};

/** Width and height, as a PNG's first chunk has them. */
function pngSize({ buffer }: Uint8Array<ArrayBuffer>): number[] {
  const view = new DataView(buffer);
  return [view.getUint32(16), view.getUint32(20)];
}

Deno.test("there is a kind for every template", async () => {
  const files: string[] = [];
  for await (const { name } of Deno.readDir(new URL("cli/templates", root))) {
    files.push(parse(name).name);
  }
  deepStrictEqual(files.sort(), [...templateKinds].sort());
});

Deno.test("a starting file of each kind trains as it is, and nothing is overwritten", async () => {
  await inFolder(async (type, folder) => {
    const names = templateKinds.map((kind) => `quick-${kind}`);
    for (const [i, kind] of templateKinds.entries()) {
      const { code, out, error } = await type("new", kind, names[i]);
      strictEqual(code, 0, error);
      match(out, new RegExp(`^Wrote ${names[i]}\\.ts\\. To train it: .* run ${names[i]}\\.ts`));
      strictEqual(
        await Deno.readTextFile(`${folder}/${names[i]}.ts`),
        await template(kind, names[i]),
      );
      match((await type("describe", `${names[i]}.ts`)).out, /^Trains .*\(own\)/m);
    }
    const { code, out, error } = await type(
      "run",
      ...names.map((name) => `${name}.ts`),
      ...["--seed", "1", "--budget", "2048", "--json"],
    );
    strictEqual(code, 0, error);
    const { runs } = JSON.parse(out) as {
      runs: { id: string; config: Record<string, { own?: boolean }> }[];
    };
    strictEqual(runs.length, templateKinds.length);
    const own = templateKinds.map((kind) => kind === "experiment" ? "callbacks" : kind);
    deepStrictEqual(runs.map(({ config }, i) => config[own[i]]?.own), own.map(() => true));

    const drawn = ["--count", "4", "--rows", "2", "--out", "between.png"];
    match(
      (await type("interpolate", runs[names.indexOf("quick-model")].id, ...drawn)).out,
      /^2 rows of 4 images by run/,
    );
    deepStrictEqual(pngSize(await Deno.readFile(`${folder}/between.png`)), [
      4 * 58 + 2,
      2 * 58 + 2,
    ]);

    const again = await type("new", "agent", "quick-agent");
    strictEqual(again.code, 2);
    match(again.error, /quick-agent\.ts as there is such a file already: choose another name\n$/);
    for (
      const [kind, name, what] of [
        ["agent", "ppo", "an agent"],
        ["model", "VAE", "a model"],
        ["dataset", "glyphs", "a data set"],
        ["environment", "grid-world", "a world"],
        ["experiment", "cartpole-ppo", "an experiment"],
      ]
    ) {
      const { code, error } = await type("new", kind, name);
      strictEqual(code, 2);
      const said =
        `Cannot write ${name}.ts as the lab has ${what} of that name: new ${kind} my-${name}`;
      strictEqual(error, `error: ${said}\n`);
    }
    // An experiment of the file is none of the lab's either.
    for (
      const [kind, name, experiment] of [
        ["agent", "dqn-quick", "cartpole-dqn-quick"],
        ["body", "PPO", "cartpole-PPO"],
        ["model", "vae-quick", "glyphs-vae-quick"],
        ["environment", "cartpole-ppo", "cartpole-ppo"],
      ]
    ) {
      const { code, error } = await type("new", kind, name);
      strictEqual(code, 2);
      const said =
        `Cannot write ${name}.ts as the lab has an experiment of its experiment's name, ` +
        `${experiment}: new ${kind} my-${name}`;
      strictEqual(error, `error: ${said}\n`);
    }
    strictEqual([...Deno.readDirSync(folder)].some(({ name }) => name === "ppo.ts"), false);
    const wrong = await type("new", "agent", "../agent");
    strictEqual(wrong.code, 2);
    match(wrong.error, /letters, digits and single hyphens, like my-agent: \.\.\/agent\n$/);
  });
});

Deno.test("list shows what a starting file of each kind defines, and how to train it", async () => {
  await inFolder(async (type, folder) => {
    for (const kind of templateKinds) {
      await Deno.writeTextFile(`${folder}/${kind}.ts`, await template(kind, `own-${kind}`));
      const { out, code } = await type("list", `${kind}.ts`, "--json");
      strictEqual(code, 0);
      const { experiments, ...parts } = JSON.parse(out) as Record<string, { name: string }[]>;
      strictEqual(experiments.length, 1);
      const defined = Object.entries(parts).filter(([, rows]) => rows.length > 0);
      deepStrictEqual(defined.map(([list]) => list), kindOfTemplate[kind]);
      const page = (await type("list", `${kind}.ts`)).out;
      for (const { name } of [experiments, ...Object.values(parts)].flat()) {
        ok(page.includes(`\n  ${name}`), page);
      }
      match(page, new RegExp(`\nTo train it: .* run ${kind}\\.ts\n`));
    }
    match(
      (await type("list", "agents", "agent.ts")).out,
      /^agents\n +own-agent +The policy [^\n]*\n$/,
    );

    await Deno.writeTextFile(`${folder}/parts.ts`, 'export { agent } from "./agent.ts";\n');
    strictEqual((await type("list", "parts.ts")).out.includes("To train"), false);
    await Deno.writeTextFile(
      `${folder}/several.ts`,
      `export { default as other } from "./agent.ts";\nexport { default } from "./environment.ts";\n`,
    );
    const several = (await type("list", "several.ts")).out;
    match(several, /\nTo train own-environment: .* run several\.ts\n/);
    const begun = await type(
      "run",
      "several.ts",
      "--budget",
      "1",
      "--store",
      "s",
      "--set",
      "agent.name=random",
    );
    match(
      begun.error,
      /several\.ts: trains own-environment, its default export; another of it \(cartpole-own-agent\) is/,
    );
    await Deno.writeTextFile(`${folder}/empty.ts`, "export const size = 3;\n");
    for (
      const [args, line] of [
        [
          ["empty.ts"],
          /Cannot list empty\.ts as it must export a definition .*: it exports size\n$/,
        ],
        [["gone.ts"], /Cannot load gone\.ts as there must be such a file/],
        [
          ["worlds", "agent.ts"],
          /Cannot list worlds as agent\.ts defines none: it has experiments, agents/,
        ],
        [["pole", "agent.ts"], /Cannot list agent\.ts by pole as one kind alone may stand before/],
        [["agent.ts", "--agent", "ppo"], /Cannot list agent\.ts by --agent as one kind/],
      ] as const
    ) {
      const { code, error } = await type("list", ...args);
      strictEqual(code, 2);
      match(error, line);
    }
  });
});

Deno.test("docs/extend.md shows the starting files as they are, and names who takes a body", async () => {
  const page = await Deno.readTextFile(new URL("docs/extend.md", root));
  for (const kind of templateKinds) {
    ok(page.includes(`\`\`\`ts ignore\n${await template(kind, `my-${kind}`)}\`\`\``), kind);
  }
  const agents = await Promise.all(registries.agents.map((entry) => entry.load()));
  const taking = agents.filter(({ takes }) => takes.body).map(({ name }) => `\`${name}\``);
  const [, named] = /for agents that take one \(([^)]*)\)/.exec(page)!;
  deepStrictEqual(named.split(", ").sort(), taking.sort());
});

Deno.test("a project's files lead to the lab from where it lies, unless the disk alone holds both", () => {
  strictEqual(wayFrom("/home/me/study", "/home/me/lab/"), "../lab/");
  strictEqual(wayFrom("/home/me/lab/own/study", "/home/me/lab/mod.ts"), "../../mod.ts");
  strictEqual(wayFrom("/tmp/study", "/home/me/lab/"), "/home/me/lab/");
  strictEqual(wayFrom("/home/study", "/homes/me/lab/"), "/homes/me/lab/");
});

Deno.test("a lab whose path a task cannot name gets no project, in a line", async () => {
  const { tasks } = JSON.parse(
    await Deno.readTextFile(new URL("../../deno.json", import.meta.url)),
  );
  ok("experiment" in elsewhere(tasks, "../it's a lab/", "../it's a lab/"));
  for (const path of ["../$HOME/", '../"lab"/', "../a,b/", "../a`b/"]) {
    throws(() => elsewhere(tasks, path, path), /^InputError: Cannot write a project as its tasks /);
  }
});

Deno.test("a project has its own runs, also where it lies in the lab's folder", async () => {
  await inFolder(async (type, folder) => {
    strictEqual((await type("new", "project", "study")).code, 0);
    const study = `${folder}/study`;
    await Deno.mkdir(`${study}/parts`);
    strictEqual(taskFolder(folder, study), study);
    strictEqual(taskFolder(folder, `${study}/parts`), folder);
    strictEqual(taskFolder(study, folder), folder);
  });
});

Deno.test("every task that a message proposes is a project's, too", async () => {
  const texts = ["cli/slurm.ts", "cli/command.ts", "web/program.ts", "web/main.ts"]
    .concat("models/datasets/files.ts", "cli/commands/worker.ts", "cli/commands/quick_start.ts")
    .map((path) => Deno.readTextFile(new URL(path, root)));
  const proposed = (await Promise.all(texts)).flatMap((text) =>
    [...text.matchAll(/deno task -q ([\w:]+)/g)].map(([, task]) => task)
  );
  ok(proposed.includes("fetch"));
  deepStrictEqual(proposed.filter((task) => !projectTasks.some((each) => each === task)), []);
});

Deno.test("a project's task is the lab's command line with the project's runs", async () => {
  await inFolder(async (type, folder) => {
    const { code, out } = await type("new", "project", "study");
    strictEqual(code, 0);
    match(
      out,
      /^Wrote the folder study: .*\ncd study && deno task -q experiment run first\.ts && deno task -q dashboard\n$/,
    );
    const project = `${folder}/study`;
    const { tasks, imports } = JSON.parse(await Deno.readTextFile(`${project}/deno.json`));
    for (const target of Object.values<string>(imports)) {
      if (!target.startsWith("npm:")) {
        ok((await Deno.stat(resolve(project, target))).isFile, target);
      }
    }
    const ask = async (task: string, words: string) => {
      const { stdout, stderr } = await new Deno.Command("sh", {
        args: ["-c", `${tasks[task].command} ${words}`],
        cwd: project,
        env: { INIT_CWD: project, NO_COLOR: "1" },
      }).output();
      const text = new TextDecoder().decode(stdout);
      ok(text !== "", new TextDecoder().decode(stderr));
      return text;
    };
    const run = JSON.parse(await ask("experiment", "run first.ts --budget 512 --json"));
    strictEqual(run.runs[0].status, "completed");
    match(await ask("worker", "--help"), /Usage: .* worker/);
    deepStrictEqual(Object.keys(tasks), projectTasks);
    for (const [name, { command }] of Object.entries<{ command: string }>(tasks)) {
      const [, program] = command.match(/"([^"]+\.ts)"(?: [\w-]+)?$/)!;
      ok((await Deno.stat(resolve(project, program))).isFile, command);
      if (name === "fetch") continue;
      // The commit is the lab's, not the project's.
      match(command, /^GIT=\$\(test -f "(.+)\.git" && git -C "\1" rev-parse .*\$GIT"/);
    }
    ok((await Deno.stat(`${project}/runs`)).isDirectory, "beside the project's files");
    strictEqual((await type("new", "project", "study")).code, 2);
  });
});
