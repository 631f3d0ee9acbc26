import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { parseSync } from "@optique/core/parser";
import { commands, main } from "../../cli/main.ts";
import { suggest } from "../../cli/commands/completions.ts";
import { quickStart } from "../../cli/commands/quick_start.ts";
import { registries } from "../../registries.ts";
import { capturedIo } from "./captured_io.ts";

const known = {
  experiments: ["cartpole-dqn", "cartpole-ppo", "glyphs-vae"],
  runs: ["latest", "1k2"],
};

/** Runs the command line with a store in an empty folder and answers what it wrote. */
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

Deno.test("list names every registered experiment on a line of its own", async () => {
  const { code, out, error } = await lab("list");
  strictEqual(code, 0);
  strictEqual(error, "");
  const names = out.trimEnd().split("\n").slice(1).map((line) => line.split(/\s/)[0]);
  deepStrictEqual(names, registries.experiments.map((each) => each.name));
});

Deno.test("list --json is one document", async () => {
  const { experiments } = JSON.parse((await lab("list", "--json")).out);
  strictEqual(experiments.length, registries.experiments.length);
  deepStrictEqual(Object.keys(experiments[0]), ["name", "summary", "expected_seconds"]);
});

Deno.test("describe shows value, default, range and meaning, and what --set changes", async () => {
  const { code, out } = await lab("describe", "cartpole-ppo", "--set", "agent.gamma=0.5");
  strictEqual(code, 0);
  match(out, /agent\.gamma\s+0\.5\s+0\.99\s+number, 0 … 1/);
  match(out, /environment\.id\s+CartPole-v1\s+CartPole-v1\s+string/);
  match(out, /budget/);
});

Deno.test("describe fits a narrow terminal", async () => {
  const io = capturedIo({ columns: 80 });
  strictEqual(await main(["describe", "cartpole-ppo"], io), 0);
  deepStrictEqual(io.written.out.split("\n").filter((line) => line.length > 80), []);
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
  for (const { name } of commands) {
    match(overall.out, new RegExp(`^  ${name} `, "m"));
    const { code, out } = await lab(name, "--help");
    strictEqual(code, 0);
    match(out, new RegExp(`^Usage: deno task experiment ${name} `));
    match(out, new RegExp(`Examples:\n  # .+\n  deno task experiment ${name}`));
    strictEqual((await lab("help", name)).out, out);
  }
});

Deno.test("every example of the help parses", () => {
  for (const command of [quickStart, ...commands]) {
    for (const [line] of command.examples) {
      const words = line.split(" ").filter((word) => word !== "");
      const end = words.findIndex((word) => word.startsWith(">"));
      const [first, ...rest] = end < 0 ? words : words.slice(0, end);
      const named = commands.find(({ name }) => name === first);
      ok(first === undefined || named !== undefined, line);
      const parsed = parseSync((named ?? quickStart).parser(known), rest);
      ok(parsed.success, line);
    }
  }
});

Deno.test("every command of the documentation parses", async () => {
  const page = new URL("../../docs/command-line.md", import.meta.url);
  const typed = (await Deno.readTextFile(page)).matchAll(/^\$ deno task experiment(?: (.*))?$/gm);
  const lines = [...typed].map(([, line]) => (line ?? "").replace(/ >>? .*$/, ""));
  ok(lines.length >= commands.length);
  for (const line of lines) {
    const [first, ...rest] = line.split(" ").filter((word) => word !== "");
    const command = first === undefined ? quickStart : commands.find(({ name }) => name === first);
    ok(command !== undefined, line);
    ok(parseSync(command.parser(known), rest).success, line);
  }
});

/** What a person may type wrongly, and what the answer must say. */
const wrong: readonly (readonly [args: string[], says: RegExp])[] = [
  [["lst"], /no command "lst" \(did you mean "list"/],
  [["train"], /no command "train".*`--help` shows all/],
  [["cartpole-ppo"], /it is an experiment, so deno task experiment run cartpole-ppo\n/],
  [["my_world.ts"], /it is a file, so deno task experiment run my_world\.ts\n/],
  [["Taxi-v4"], /it is a world, so deno task experiment play Taxi-v4\n/],
  [["--sotre", "x"], /--sotre.*--store/],
  [["run"], /a NAME or FILE\.ts is needed/],
  [
    ["run", "cartpole-pop"],
    /no experiment "cartpole-pop" \(did you mean "cartpole-ppo", .*`list` shows all/,
  ],
  [["run", "missing.ts"], /missing\.ts/],
  [["run", "cartpole-ppo", "--sede", "1"], /"--sede".*--seed/],
  [["run", "cartpole-ppo", "--seed", "-1"], /0 to 2\^128 - 1.*"-1"/],
  [["run", "cartpole-ppo", "--seed", "1.5"], /0 to 2\^128 - 1.*"1\.5"/],
  [["run", "cartpole-ppo", "--seed", String(2n ** 128n)], /0 to 2\^128 - 1/],
  [["run", "cartpole-ppo", "--seeds", "0"], /--seeds.*1.*"?0"?/],
  [["run", "cartpole-ppo", "--budget", "many"], /--budget.*"many"/],
  [["run", "cartpole-ppo", "--workers", "0"], /--workers/],
  [["run", "cartpole-ppo", "--backend", "cuda"], /--backend.*auto.*wasm.*"cuda"/],
  [["run", "cartpole-ppo", "--set", "agent.gamma"], /--set.*"="/],
  [["run", "cartpole-ppo", "--set", "agent.gama=0.9"], /agent\.gama.*did you mean.*agent\.gamma/],
  [["run", "cartpole-ppo", "--set", "agent.gamma=2"], /agent\.gamma.*0 … 1.*2/],
  [["run", "cartpole-ppo", "--set", "agent.gamma=high"], /agent\.gamma.*number.*high/],
  [["run", "cartpole-ppo", "--store", "postgres://x"], /store.*postgres/],
  [["run", "cartpole-ppo", "--store", "no/such/folder"], /parent folder does not exist/],
  [["describe"], /NAME/],
  [["describe", "cartpole"], /no experiment "cartpole"/],
  [["resume"], /RUN/],
  [["resume", "abc"], /abc/],
  [["reproduce", "latest"], /latest/],
  [["evaluate", "abc", "--episodes", "0"], /--episodes/],
  [["sample", "latest"], /--out/],
  [["sample", "latest", "--out", "picture.jpg"], /\.png.*picture\.jpg/],
  [["compare"], /RUN is needed/],
  [["export", "latest", "--out", "x"], /--format/],
  [["export", "latest", "--format", "xml", "--out", "x"], /--format.*csv.*"xml"/],
  [["delete"], /RUN is needed/],
  [["delete", "x", "--purge"], /exclude/],
  [["delete", "--restore", "x"], /"x"/],
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
  deepStrictEqual(offered("re"), ["resume", "reproduce"]);
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
  deepStrictEqual(offered("nonsense", "x"), []);
});

Deno.test("a completion script for each shell defines reverie and asks the lab", async () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    const { code, out } = await lab("completions", shell);
    strictEqual(code, 0);
    match(out, shell === "fish" ? /^function reverie\n/ : /^reverie\(\) \{\n/);
    match(out, new RegExp(`complete.*${shell}`));
  }
});

Deno.test("a shell's question is answered on one line each", async () => {
  const { code, out } = await lab("complete", "bash", "run", "cartpole-");
  strictEqual(code, 0);
  const lines = out.trim().split("\n");
  ok(lines.includes("cartpole-ppo") && lines.includes("cartpole-dqn"), out);
});
