import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { parseSync } from "@optique/core/parser";
import { programFor, programOf } from "../../cli/command.ts";
import { otherCommand, otherCommands } from "../../cli/other_commands.ts";
import { commands, main } from "../../cli/main.ts";
import { suggest } from "../../cli/commands/completions.ts";
import { quickStart } from "../../cli/commands/quick_start.ts";
import type { Run } from "../../lab/store/store.ts";
import { registries } from "../../registries.ts";
import { width } from "../../cli/terminal/format.ts";
import { everywhere } from "../../cli/terminal/help.ts";
import { openStore } from "../../lab/store/sqlite_store.ts";
import { addRun } from "../lab/store/fixtures.ts";
import { capturedIo } from "./captured_io.ts";
import { inFolder } from "./folder.ts";

const known = {
  experiments: ["cartpole-dqn", "cartpole-ppo", "glyphs-vae"],
  runs: ["latest", "1k2"],
  names: ["lake", "sea"],
  sweeps: ["rates"],
  agents: ["dqn", "ppo"],
};

/** Runs the command line with a store in an empty folder and returns what it wrote. */
async function lab(...args: string[]) {
  const folder = await Deno.makeTempDir();
  try {
    const io = capturedIo({ folder, root: folder });
    const code = await main(args, io);
    return { code, ...io.written };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("list names every experiment once, under the world or data set that it trains on", async () => {
  const { code, out, error } = await lab("list");
  strictEqual(code, 0);
  strictEqual(error, "");
  const groups = out.split("\n\n").slice(0, -1).map((group) => group.split("\n"));
  const listed = groups.flatMap(([heading, ...lines]) =>
    lines.map((line) => [line.trim().split(/\s/)[0], heading.split(/\s/)[0]])
  );
  const defined = await Promise.all(registries.experiments.map(async ({ name, load }) => {
    const definition = await load();
    return [name, "agent" in definition ? definition.environment.id : definition.dataset.name];
  }));
  deepStrictEqual(listed.toSorted(), defined.toSorted());
  strictEqual(new Set(groups.map(([heading]) => heading)).size, groups.length);
});

for (const columns of [80, 120]) {
  Deno.test(`every list fits ${columns} columns`, async () => {
    for (const kind of ["experiments", "agents", "models", "worlds", "datasets"]) {
      const io = capturedIo({ columns });
      strictEqual(await main(["list", kind], io), 0);
      const lines = io.written.out.split("\n");
      deepStrictEqual(lines.filter((line) => width(line) > columns), []);
      ok(lines.length > 3);
    }
  });
}

Deno.test("on a narrow terminal a list cuts what names are, and no name", async () => {
  for (const columns of [60, 70]) {
    for (const kind of ["agents", "models", "worlds", "datasets"] as const) {
      const io = capturedIo({ columns });
      strictEqual(await main(["list", kind], io), 0);
      const { [kind]: rows } = JSON.parse((await lab("list", kind, "--json")).out);
      const names = io.written.out.split("\n").slice(1).map((line) => line.split(" ")[0]);
      for (const { name } of rows) ok(names.includes(name), `${name} at ${columns}`);
    }
  }
});

Deno.test("list proposes an experiment that takes seconds, where it lists one", async () => {
  const proposed = async (...args: string[]) =>
    /^To train one: .* run (\S+)$/m.exec((await lab("list", ...args)).out)![1];
  strictEqual(await proposed("--world", "Pendulum-v1"), "pendulum-td3-quick");
  strictEqual(await proposed("pendulum-sac"), "pendulum-sac");
});

Deno.test("list keeps what holds every word, and what the options name", async () => {
  const names = async (...args: string[]): Promise<string[]> => {
    const { experiments } = JSON.parse((await lab("list", ...args, "--json")).out);
    return experiments.map(({ name }: { name: string }) => name);
  };
  const all = await names();
  deepStrictEqual(all, registries.experiments.map(({ name }) => name));
  const pendulums = await names("pendulum");
  ok(pendulums.includes("pendulum-sac") && pendulums.includes("acrobot-dqn")); // by its summary
  ok(!pendulums.includes("cartpole-ppo"));
  deepStrictEqual(await names("PENDULUM", "quick", "td3"), ["pendulum-td3-quick"]);
  const ppo = await names("--agent", "PPO");
  ok(ppo.includes("cartpole-ppo") && !ppo.includes("cartpolenovel-recurrent-ppo"));
  deepStrictEqual(await names("--agent", "ppo", "--world", "CartPole-v1"), [
    "cartpole-ppo",
    "cartpole-ppo-quick",
  ]);
  deepStrictEqual(await names("--model", "wgan-gp"), [
    "ring-wgan-gp",
    "grid-wgan-gp",
    "ring-wgan-gp-quick",
  ]);
  ok((await names("--dataset", "glyphs")).every((name) => name.startsWith("glyphs-")));
});

Deno.test("list takes each kind, with how many experiments use each", async () => {
  const counted: Record<string, readonly string[]> = {
    agents: registries.agents.map(({ name }) => name),
    models: registries.models.map(({ name }) => name),
    worlds: registries.environments.map(({ id }) => id),
    datasets: registries.datasets.map(({ name }) => name),
  };
  const total = { agents: 0, models: 0, worlds: 0, datasets: 0 } as Record<string, number>;
  for (const [kind, names] of Object.entries(counted)) {
    const rows = JSON.parse((await lab("list", kind, "--json")).out)[kind];
    deepStrictEqual(rows.map(({ name }: { name: string }) => name), names);
    total[kind] = rows.reduce(
      (sum: number, row: { experiments: number }) => sum + row.experiments,
      0,
    );
    match((await lab("list", kind)).out, new RegExp(`^${names[0]} `, "m"));
  }
  strictEqual(total.agents + total.models, registries.experiments.length);
  ok(total.worlds <= total.agents); // an experiment may bring a world of its own
  strictEqual(total.datasets, total.models);
});

Deno.test("list --json is one document that says world and agent, or data set and model", async () => {
  const { experiments } = JSON.parse((await lab("list", "--json")).out);
  strictEqual(experiments.length, registries.experiments.length);
  const [agent] = experiments;
  deepStrictEqual(Object.keys(agent), [
    ...["name", "summary", "expected_seconds", "budget", "budget_unit", "environment", "agent"],
  ]);
  const model = experiments.find(({ name }: { name: string }) => name === "ring-wgan-gp");
  deepStrictEqual([model.dataset, model.model], ["ring-8", "wgan-gp"]);
  deepStrictEqual([model.budget, model.budget_unit], [18_000, "gradientSteps"]);
  match((await lab("list", "ring-wgan-gp-quick")).out, / 6,000 updates +\d+ s\n/);
});

Deno.test("no two things of different kinds share a name, so that describe knows which is meant", () => {
  const { agents, models, datasets, environments, experiments } = registries;
  const names = [
    ...[agents, models, datasets, experiments].flatMap((each) => each.map(({ name }) => name)),
    ...environments.map(({ id }) => id),
  ];
  deepStrictEqual(names.filter((name, i) => names.indexOf(name) !== i), []);
});

Deno.test("describe shows value, default, range and meaning, and what --set changes", async () => {
  const { code, out } = await lab("describe", "cartpole-ppo", "--set", "agent.gamma=0.5");
  strictEqual(code, 0);
  match(out, /agent\.gamma\s+0\.5\s+0\.99\s+number, 0 … 1/);
  match(out, /environment\.id\s+CartPole-v1\s+string/);
  match(out, /Trains ppo in CartPole-v1\. Budget: 100,000 steps/);
});

Deno.test("describe says how long the budget that is asked for takes, where that is known", async () => {
  const time = async (...more: string[]) =>
    /Budget: .*/.exec((await lab("describe", "cartpole-ppo", ...more)).out)![0];
  match(await time(), /100,000 steps, about 10 s a seed/);
  match(await time("--budget", "10M"), /10,000,000 steps, about 17 min a seed/);
  ok(!(await time("--set", "environment.id=Acrobot-v1")).includes("about"));
});

Deno.test("describe shows what differs from the default first, each field once", async () => {
  for (const name of ["cartpole-ppo", "ring-wgan-gp-quick", "acrobot-dqn", "taxi-q-learning"]) {
    const { fields } = JSON.parse((await lab("describe", name, "--json")).out);
    const { out } = await lab("describe", name);
    const [before, after] = out.split(/^As by default$/m);
    const pathsIn = (text: string) =>
      [...text.matchAll(/^([a-z]\S+) {2,}/gm)].map((found) => found[1])
        .filter((path) => fields.some((field: { path: string }) => field.path === path));
    const changed = fields.filter((field: { value: unknown; default: unknown }) =>
      field.value !== null && JSON.stringify(field.value) !== JSON.stringify(field.default)
    );
    ok(changed.length >= 1 && changed.length < fields.length, name);
    deepStrictEqual(pathsIn(before), changed.map(({ path }: { path: string }) => path));
    deepStrictEqual(pathsIn(before).length + pathsIn(after).length, fields.length);
  }
});

Deno.test("describe fits a narrow terminal", async () => {
  for (const name of ["cartpole-ppo", "FrozenLake-v1", "sac", "vae", "glyphs"]) {
    const io = capturedIo({ columns: 80 });
    strictEqual(await main(["describe", name], io), 0);
    const long = io.written.out.split("\n")
      .filter((line) => width(line) > 80 && !line.startsWith("To change a field:"));
    deepStrictEqual(long, []);
  }
});

Deno.test("--version says the lab's and Deno's", async () => {
  const { version } = JSON.parse(
    Deno.readTextFileSync(new URL("../../deno.json", import.meta.url)),
  );
  deepStrictEqual(await lab("--version"), {
    code: 0,
    out: `reverie ${version} (deno ${Deno.version.deno})\n`,
    error: "",
  });
});

Deno.test("describe takes every agent, model, world and data set by its name", async () => {
  const { agents, models, datasets, environments } = registries;
  const named = [...agents, ...models, ...datasets].map(({ name, summary }) => ({ name, summary }));
  const worlds = environments.map(({ id, summary }) => ({ name: id, summary }));
  for (const { name, summary } of [...named, ...worlds]) {
    const { code, out } = await lab("describe", name);
    strictEqual(code, 0);
    ok(out.startsWith(`${name}  ${summary}\n`), out);
    match(out, /Experiments with it: /);
  }
  const { out } = await lab("describe", "Pendulum-v1");
  match(out, /Observations: Box\(.*Actions: Box\(/);
  match(out, /Agents that fit: [^\n]*sac/);
  strictEqual(out.match(/Pendulum-v1: random actions return/g)?.length, 1);
  const taxi = (await lab("describe", "Taxi-v4")).out;
  match(taxi, /^Taxi-v4: random actions return -773\.9 ± 104\.3, solved at 8\.$/m);
  match(taxi, /^Taxi-v4: random allowed actions return -185\.7 ± 41\.1, solved at 8\.$/m);
  const preset = (await lab("describe", "taxi-q-learning")).out;
  match(preset, /^Taxi-v4: random allowed actions return -185\.7 ± 41\.1, solved at 8\.$/m);
  const { fields, kind, facts } = JSON.parse((await lab("describe", "sac", "--json")).out);
  strictEqual(kind, "agent");
  deepStrictEqual(facts[0], "Takes Box actions.");
  ok(fields.some(({ path }: { path: string }) => path === "agent.targetRate"));
});

Deno.test("describe --json gives configuration and fields", async () => {
  const document = JSON.parse((await lab("describe", "glyphs-vae", "--json")).out);
  strictEqual(document.configuration.model.name, "vae");
  const paths = document.fields.map((field: { path: string }) => field.path);
  ok(paths.includes("model.name") && paths.includes("dataset.name") && paths.includes("budget"));
});

Deno.test("--help names every command, and each command's help has examples of it", async () => {
  const overall = await lab("--help");
  strictEqual(overall.code, 0);
  const { tasks } = JSON.parse(
    await Deno.readTextFile(new URL("../../deno.json", import.meta.url)),
  );
  for (const { name, call = `deno task -q experiment ${name}` } of commands) {
    match(overall.out, new RegExp(`^  ${name} `, "m"));
    const { code, out } = await lab(name, "--help");
    strictEqual(code, 0);
    ok(call.split(" ")[3] in tasks, `there is no task for ${call}`);
    match(out, new RegExp(`^Usage: ${call} `));
    match(out, new RegExp(`Examples:\n  # .+\n  ${call}`));
    strictEqual((await lab("help", name)).out, out);
    ok(!out.includes("..."), "no choice is left out");
  }
});

/** Words of a line as a shell splits it, quotes around a word left out. */
function wordsOf(line: string): string[] {
  return (line.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ""));
}

Deno.test("every help fits 80 columns but for examples, arguments first, commas where they belong", async () => {
  for (const args of [["--help"], ...commands.map(({ name }) => [name, "--help"])]) {
    const io = capturedIo({ columns: 80 });
    strictEqual(await main(args, io), 0);
    const lines = io.written.out.split("\n");
    const long = lines.filter((line) => width(line) > 80 && !line.startsWith("  deno task "));
    deepStrictEqual(long, []);
    deepStrictEqual(lines.filter((line) => /^\s*,/.test(line)), []);
    const entries = lines.flatMap((line) => /^ {2}(--|[A-Z]{2,}\b)/.exec(line)?.[1] ?? []);
    const flags = entries.indexOf("--");
    ok(flags < 0 || entries.lastIndexOf(entries.findLast((each) => each !== "--") ?? "") < flags);
  }
});

Deno.test("every example of the help parses", () => {
  for (const command of [quickStart, ...commands]) {
    for (const [line] of command.examples) {
      const words = wordsOf(line);
      const end = words.findIndex((word) => word.startsWith(">"));
      const [first, ...rest] = end < 0 ? words : words.slice(0, end);
      const named = commands.find(({ name }) => name === first);
      ok(first === undefined || named !== undefined, line);
      const parsed = parseSync((named ?? quickStart).parser(known), rest);
      ok(parsed.success, line);
    }
  }
});

Deno.test("every example is shown as it is typed from where the lab lies", async () => {
  const program = "deno task -q experiment";
  for (const { name, call = `${program} ${name}`, examples } of commands) {
    const { out } = await lab(name, "--help");
    const lines = out.slice(out.indexOf("Examples:\n")).trimEnd().split("\n").slice(1);
    const shown = examples.map((_, i) => [lines[2 * i], lines[2 * i + 1]]);
    const wanted = examples.map(([line, does, task = program]) => {
      const [first, ...rest] = line.split(" ");
      const own = task === program ? call : `${task} ${name}`;
      return [
        `  # ${does}`,
        `  ${[first === name ? own : `${task} ${first}`, ...rest].join(" ")}`,
      ];
    });
    deepStrictEqual([name, shown, lines.length], [name, wanted, 2 * examples.length]);
  }
});

Deno.test("examples that need another task's permissions are shown with that task", async () => {
  for (const { name, call } of commands) {
    const { out } = await lab(name, "--help");
    const lines = out.slice(out.indexOf("Examples:\n")).split("\n");
    for (const [flag, task] of [["postgres://", "fleet"], ["--launch slurm", "slurm"]]) {
      const own = lines.filter((line) => line.includes(flag));
      const begin = call ?? `deno task -q experiment:${task} ${name}`;
      deepStrictEqual(own.filter((line) => !line.startsWith(`  ${begin} `)), []);
    }
  }
});

Deno.test("help begins lines with the task that was typed", async () => {
  const io = { ...capturedIo(), program: "deno task -q experiment:fleet" };
  for (const words of [["runs", "--help"], ["--help"], ["runs", "--nothing"]]) {
    await main(words, io);
  }
  const { out, error } = io.written;
  strictEqual(out.match(/^Usage: deno task -q experiment:fleet /gm)?.length, 2);
  match(error, /Usage: deno task -q experiment:fleet runs /);
  ok(!/experiment (runs|\[COMMAND\]|COMMAND)/.test(out), out);
});

Deno.test("every command of the documentation parses", async () => {
  const page = new URL("../../docs/command-line.md", import.meta.url);
  const typed = (await Deno.readTextFile(page)).matchAll(
    /^\$ deno task -q experiment(?: (.*))?$/gm,
  );
  const lines = [...typed].map(([, line]) => (line ?? "").replace(/ >>? .*$/, ""));
  ok(lines.length >= commands.length);
  for (const line of lines) {
    const [first, ...rest] = wordsOf(line);
    const command = first === undefined ? quickStart : commands.find(({ name }) => name === first);
    ok(command !== undefined, line);
    ok(parseSync(command.parser(known), rest).success, line);
  }
});

Deno.test("what other programs call a command names one that there is", async () => {
  const { tasks } = JSON.parse(
    await Deno.readTextFile(new URL("../../deno.json", import.meta.url)),
  );
  for (const [name, line] of Object.entries(otherCommands)) {
    ok(commands.every((command) => command.name !== name), name);
    const [first, ...rest] = wordsOf(line);
    if (first === "deno") {
      ok(Object.hasOwn(tasks, rest.at(-1)!), line);
      continue;
    }
    const command = commands.find((each) => each.name === first);
    ok(command !== undefined, line);
    if (rest.length > 0) ok(parseSync(command.parser(known), rest).success, line);
  }
});

Deno.test("a task is of a project, which the package's program makes", () => {
  strictEqual(otherCommand("ui"), "deno task -q dashboard");
  strictEqual(
    otherCommand("dashboard", "npx reverie"),
    "deno task -q dashboard, in a project (npx reverie new project NAME)",
  );
  strictEqual(otherCommand("rm", "npx reverie"), "npx reverie delete");
});

/** What a person may type wrongly, and what the error must say. */
const wrong: readonly (readonly [args: string[], says: RegExp])[] = [
  [["lst"], /no command "lst" \(did you mean "list"/],
  [["kugelblitz"], /no command "kugelblitz": `--help` shows all/],
  [["train", "x"], /no command "train": here that is deno task -q experiment run\n/],
  [["serve"], /no command "serve": here that is deno task -q dashboard\n/],
  [["__proto__"], /no command "__proto__" \(did you mean/],
  [["cartpole-ppo"], /it is an experiment, so deno task -q experiment run cartpole-ppo\n/],
  [["my_world.ts"], /it is a file, so deno task -q experiment run my_world\.ts\n/],
  [["Taxi-v4"], /it is a world, so deno task -q experiment play Taxi-v4\n/],
  [["--sotre", "x"], /--sotre.*--store/],
  [["run"], /a NAME or FILE\.ts is needed/],
  [
    ["run", "cartpole-ppo", "cartpole-dqn", "cartpole-ppo"],
    /must be given once .*: cartpole-ppo$/m,
  ],
  [
    ["run", "cartpole-pop"],
    /no experiment "cartpole-pop" \(did you mean "cartpole-ppo", .*`list` shows all/,
  ],
  [["run", "ppo"], /ppo is an agent: `list --agent ppo` shows the experiments with it/],
  [["run", "Taxi-v4"], /Taxi-v4 is a world: `list --world Taxi-v4`/],
  [["run", "wgan-gp"], /a model: `list --model wgan-gp`/],
  [["run", "glyphs"], /a data set: `list --dataset glyphs`/],
  [
    ["run", "cartpole-ppo", "--set", "agent.hiddenSizes=32"],
    /integer\[\], each 1 … 65536, as \[64,64\]: 32/,
  ],
  [["run", "missing.ts"], /missing\.ts/],
  [["run", "cartpole-ppo", "--sede", "1"], /"--sede".*--seed/],
  [["run", "cartpole-ppo", "--seed", "-1"], /0 to 2\^128 - 1.*"-1"/],
  [["run", "cartpole-ppo", "--seed", "1.5"], /0 to 2\^128 - 1.*"1\.5"/],
  [["run", "cartpole-ppo", "--seed", String(2n ** 128n)], /0 to 2\^128 - 1/],
  [["run", "cartpole-ppo", "--seeds", "0"], /--seeds.*1.*"?0"?/],
  [
    ["run", "cartpole-ppo", "--budget", "many"],
    /Cannot use the budget as it must be a whole number.*: many/,
  ],
  [["run", "cartpole-ppo", "--workers", "0"], /--workers/],
  [["run", "cartpole-ppo", "--backend", "cuda"], /--backend.*auto.*wasm.*"cuda"/],
  [["run", "cartpole-ppo", "--set", "agent.gamma"], /--set.*"="/],
  [["run", "cartpole-ppo", "--set", "agent.gama=0.9"], /agent\.gama.*did you mean.*agent\.gamma/],
  [
    ["run", "glyphs-vae", "--dataset", "frames:cartpole", "--set", "dataset.sdie=9"],
    /dataset\.sdie.*did you mean.*dataset\.side/,
  ],
  [["run", "cartpole-ppo", "--set", "agent.gamma=2"], /agent\.gamma.*0 … 1.*2/],
  [["run", "cartpole-ppo", "--set", "agent.gamma=high"], /agent\.gamma.*number.*high/],
  [["run", "cartpole-ppo", "--store", "postgres://x"], /store.*postgres/],
  [["run", "cartpole-ppo", "--store", "no/such/folder"], /parent folder does not exist/],
  [["describe"], /NAME \| FILE\.ts \| RUN is missing\. Usage/],
  [["check"], /FILE\.ts \| ENV is missing\. Usage/],
  [["sync"], /SOURCE TARGET is missing\. Usage/],
  [["check", "cartpole-ppo"], /cartpole-ppo is an experiment: its world is CartPole-v1/],
  [["play", "cartpole-ppo"], /its world is CartPole-v1/],
  [["run", "cartpole-ppo", "--total-timesteps", "9"], /--total-timesteps is --budget here/],
  [["run", "cartpole-ppo", "--n-steps=9"], /--n-steps is the field rolloutLength here.*--set PATH/],
  [["run", "cartpole-ppo", "--cuda"], /--cuda is --backend here/],
  [["runs", "--where", "seed"], /a condition is KEY=VALUE, or with !=.*"seed"/],
  [
    ["describe", "cartpole"],
    /nothing has the name "cartpole" \(did you mean .*"cartpole-.*: see `list`/,
  ],
  [["describe", "vae", "--set", "model.beta=2"], /the model vae .*experiment's/],
  [["list", "pendlum"], /no experiment fits: pendlum \(did you mean "pendulum"/],
  [["list", "worldz"], /no experiment fits: worldz \(did you mean "worlds"\?\)\n/],
  [
    ["run", "vae", "--dataset", "MNIST"],
    /no data set "MNIST" \(did you mean "idx" or "binarized-mnist"\?\): `list datasets MNIST`/,
  ],
  [["runs", "--where", "a or b"], /in quotes\): a or b\. Usage: /],
  [["list", "--agent", "pppo"], /no agent "pppo" \(did you mean "ppo"\?\): `list agents`/],
  [["list", "--agent", "sac", "--world", "CartPole-v1"], /fits: --agent sac --world CartPole-v1/],
  [["list", "--world", "CartPole"], /no world "CartPole" \(did you mean "CartPole-v1"/],
  [["list", "agents", "--agent", "ppo"], /Cannot list agents by --agent/],
  [["list", "worlds", "spaceship"], /no world fits: spaceship/],
  [["resume"], /RUN/],
  [["resume", "abc"], /read the store as there is none: .*\/runs /],
  [["reproduce", "latest"], /read the store as there is none: .*\/runs /],
  [["evaluate", "abc", "--episodes", "0"], /--episodes/],
  [["sample", "latest", "--out", "picture.jpg"], /\.png.*picture\.jpg/],
  [["compare"], /RUN is needed .*, or --where/],
  [["export"], /error: RUN… \| --where CONDITION --format FORMAT --out PATH is missing\. Usage/],
  [["reconstruct", "latest"], /^error: IMAGE is missing\. Usage: /],
  [["report"], /error: NAME… \| --where CONDITION --out DIR is missing\. Usage/],
  [["interpolate"], /error: RUN is missing\. Usage/],
  [
    ["--seed", "1", "run", "cartpole-ppo", "--tag", "a b"],
    /: Flags stand behind the command: deno task -q experiment run --seed 1 cartpole-ppo --tag 'a b'\./,
  ],
  [["--json", "list"], /: Flags stand behind the command: deno task -q experiment list --json\./],
  [["export", "latest", "--out", "x"], /--format/],
  [["export", "latest", "--format", "xml", "--out", "x"], /--format.*csv.*"xml"/],
  [["delete"], /RUN is needed/],
  [["delete", "x", "--purge"], /exclude/],
  [["delete", "--restore", "x"], /read the store as there is none: .*\/runs /],
  [["completions", "tcsh"], /bash.*zsh.*fish.*"tcsh"/],
];

for (const [args, says] of wrong) {
  Deno.test(`bad input is answered with one line and code 2: ${args.join(" ")}`, async () => {
    const { code, out, error } = await lab(...args);
    match(error, says);
    match(error, /^error: [^\n]+\n$/);
    strictEqual(out, "");
    strictEqual(code, 2);
  });
}

Deno.test("--debug adds the stack to the one line", async () => {
  const { code, error } = await lab("describe", "nothing", "--debug");
  strictEqual(code, 2);
  match(error, /^error: [^\n]+\nInputError: [^\n]+\n {4}at /);
});

const offered = (...words: string[]) =>
  suggest(words, quickStart, commands, known).flatMap((each) =>
    each.kind === "literal" ? [each.text] : []
  );

Deno.test("completions offer commands, flags, choices, experiments and runs", () => {
  deepStrictEqual(offered(""), commands.map(({ name }) => name));
  deepStrictEqual(offered("re"), ["resume", "reproduce", "reconstruct", "report", "recover"]);
  deepStrictEqual(offered("run", "cart"), ["cartpole-dqn", "cartpole-ppo"]);
  deepStrictEqual(offered("run", "cartpole-ppo", "--see"), ["--seed", "--seeds"]);
  deepStrictEqual(offered("run", "cartpole-ppo", "--backend", "w"), [
    "webgpu",
    "wasm",
    "wasm-strict",
  ]);
  deepStrictEqual(offered("run", "cartpole-ppo", "--from", "1"), ["1k2"]);
  deepStrictEqual(offered("resume", "l"), ["latest"]);
  deepStrictEqual(offered("export", "latest", "--format", "t"), ["tensorboard"]);
  deepStrictEqual(offered("list", "--h"), ["--help"]);
  deepStrictEqual(offered("list", "wor"), ["worlds"]);
  deepStrictEqual(offered("list", "--agent", "p"), ["ppo"]);
  deepStrictEqual(offered("compare", "l"), ["latest", "lake"]);
  deepStrictEqual(offered("report", ""), ["lake", "sea"]);
  deepStrictEqual(offered("sweeps", "r"), ["rates"]);
  deepStrictEqual(offered("nonsense", "x"), []);
});

Deno.test("where none of the lab's names fits files are completed, behind a flag and = too", async () => {
  const asked = async (...words: string[]) => (await lab("complete", "bash", ...words)).out.trim();
  strictEqual(await asked("run", "my_"), "__FILE__:any::my_:0");
  strictEqual(await asked("import", ""), "__FILE__:any:::0");
  strictEqual(await asked("runs", "--store=ru"), "__FILE__:any::--store=ru:0:--store=");
  for (
    const words of [["my_"], ["nonsense", "my_"], ["runs", "--my_"], ["run", "cartpole-ppo-q"]]
  ) {
    ok(!(await asked(...words)).includes("__FILE__"), words.join(" "));
  }
});

Deno.test("a line's own store is asked for runs, their names and sweeps, but for what a shell misreads", async () => {
  await inFolder(async (folder) => {
    const store = openStore(`${folder}/mine`);
    const { id } = addRun(store, "lake");
    addRun(store, "it's mine");
    store.putSweep("rates", { trials: 3 });
    store.close();
    const asked = async (...words: string[]) => {
      const io = capturedIo({ folder, root: folder });
      strictEqual(await main(["complete", "bash", ...words], io), 0);
      return io.written.out.trim().split("\n");
    };
    deepStrictEqual(await asked("evaluate", "--store", "mine", id), [id]);
    deepStrictEqual(await asked("evaluate", "--store=mine", id), [id]);
    deepStrictEqual(await asked("describe", "--store=mine", id), [id]);
    deepStrictEqual(await asked("run", "vae", "--dataset", "glyphs-bin"), ["glyphs-binarized"]);
    deepStrictEqual(await asked("report", "--store", "mine", ""), ["lake"]);
    deepStrictEqual(await asked("sweeps", "--store", "mine", ""), ["rates"]);
    match((await asked("evaluate", id))[0], /^__FILE__/);
  });
});

Deno.test("every flag of every command, and every common one, is offered by each of its beginnings", () => {
  for (const { name, parser } of commands) {
    const usage = JSON.stringify(parser(known).usage);
    const own = usage.match(/"--[a-z][a-z-]+"/g)?.map((flag) => flag.slice(1, -1)) ?? [];
    const flags = [...own, ...everywhere.map(({ flag }) => flag)];
    deepStrictEqual(flags.filter((flag) => !offered(name, "-").includes(flag)), []);
    for (const flag of flags) {
      const begun = flag.slice(0, -1);
      const texts = offered(name, begun);
      ok(texts.includes(flag), `${name} ${begun}: ${texts}`);
      deepStrictEqual(texts.filter((text) => !text.startsWith(begun)), []);
    }
  }
  deepStrictEqual(everywhere.filter(({ flag }) => offered("list", "").includes(flag)), []);
});

Deno.test("a completion script for each shell defines reverie and asks the lab", async () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    const { code, out } = await lab("completions", shell);
    strictEqual(code, 0);
    match(out, shell === "fish" ? /^function reverie\n/ : /^reverie\(\) \{\n/);
    match(out, new RegExp(`complete.*${shell}`));
  }
});

Deno.test("a completion script calls the task of the folder that it comes from, or the package", () =>
  inFolder(async (folder) => {
    const script = async () => {
      const io = capturedIo({ folder, root: folder });
      strictEqual(await main(["completions", "bash"], io), 0);
      return io.written.out;
    };
    match(await script(), /^reverie\(\) \{\n {2}npx -y reverie "\$@"\n\}$/m);
    await Deno.writeTextFile(`${folder}/deno.json`, "{}");
    ok((await script()).includes(`--config '${folder}'/deno.json experiment "$@"`));
  }));

Deno.test("a shell's question is answered on one line each", async () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    const { code, out } = await lab("complete", shell, "run", "cartpole-");
    strictEqual(code, 0);
    const names = out.trim().split("\n").map((line) => line.split(/[\t\0]/)[0]);
    ok(names.includes("cartpole-ppo") && names.includes("cartpole-dqn"), `${shell}: ${out}`);
  }
});

Deno.test("code of a user's own runs apart: a file's wherever it is named, a stored run's always", () => {
  const lines = [[], ["cartpole-ppo"], ["x.ts"], ["cartpole-ppo", "x.ts"], ["x.ts", "--seed", "1"]];
  const byFile = [false, false, true, true, true];
  const always = [true, true, true, true, true];
  const wanted: Record<string, readonly boolean[]> = {
    ...Object.fromEntries(
      ["list", "describe", "range", "play", "check"].map((each) => [each, byFile]),
    ),
    ...Object.fromEntries(
      [
        ...["evaluate", "sample", "inpaint", "interpolate", "traverse", "arithmetic", "encode"],
        ...["reconstruct", "translate", "detect", "likelihood", "score", "export"],
      ].map((each) => [each, always]),
    ),
  };
  for (const { name, mayBeForeign } of commands) {
    // The others train in threads of their own, or run no such code.
    const found = mayBeForeign && lines.map((line) => mayBeForeign(line));
    deepStrictEqual([name, found], [name, wanted[name]]);
  }
});

Deno.test("what a library of the machine trained goes on by the task that may load it", () => {
  const run = (backend: string) => ({ manifest: { determined: { backend } } }) as unknown as Run;
  deepStrictEqual(["native", "wasm"].map((backend) => programFor(run(backend))), [
    "deno task -q experiment:native",
    "deno task -q experiment",
  ]);
});

Deno.test("lines to type begin with the task, in a package without one with its program", () =>
  inFolder(async (folder) => {
    const begun = (module: string) => programOf(module, () => folder);
    deepStrictEqual([begun("file:///lab/cli/command.ts"), begun("file:///p/cli/command.js")], [
      ...["deno task -q experiment", "npx reverie"],
    ]);
    await Deno.writeTextFile(`${folder}/deno.json`, "{}");
    strictEqual(begun("file:///p/cli/command.js"), "deno task -q experiment");
  }));

Deno.test("help is for the narrowest of terminals, too", async () => {
  for (const args of [["--help"], ["run", "--help"]]) {
    const io = capturedIo({ columns: 20 });
    strictEqual(await main(args, io), 0, io.written.error);
  }
});

Deno.test("a path with too long a name is refused in a line", async () => {
  const io = capturedIo({ folder: "/tmp", root: "/tmp/" });
  strictEqual(await main(["run", `${"a".repeat(300)}.ts`], io), 2);
  match(
    io.written.error,
    /^error: Cannot use a path as a part of it must have at most 255 bytes: /,
  );
});
