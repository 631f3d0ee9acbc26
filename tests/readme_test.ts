/** README's example does what README says. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { main } from "../cli/main.ts";
import { capturedIo } from "./cli/captured_io.ts";

const root = new URL("../", import.meta.url);
const readme = await Deno.readTextFile(new URL("README.md", root));

Deno.test("README's example trains PPO on an own world, and solves it", async () => {
  const [example] = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map((block) => block[1]);
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, example);
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--config", "deno.json", "--allow-read", file],
      cwd: root,
      env: { NO_COLOR: "1" },
    }).output();
    const printed = Number(new TextDecoder().decode(stdout));
    ok(printed > 0.975, `${printed} ${new TextDecoder().decode(stderr)}`);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("README's own world is trained with several seeds by the command line", async () => {
  const [, example] = /```ts\n([\s\S]*?)```/.exec(readme)!;
  const lines = example.trimEnd().split("\n");
  const folder = await Deno.makeTempDir();
  try {
    const text = [...lines.slice(0, -2), "export default experiment;", ""].join("\n");
    await Deno.writeTextFile(`${folder}/corridor.ts`, text);
    const io = capturedIo({ folder, root: folder });
    const run = ["run", "corridor.ts", "--seeds", "2", "--budget", "512", "--json"];
    strictEqual(await main(run, io), 0, io.written.error);
    strictEqual(JSON.parse(io.written.out).runs.length, 2);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("README's command lines name tasks and commands that there are", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  const shell = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].map((block) => block[1]).join("");
  const called = [...shell.matchAll(/\btask -q (\S+)(?: ([a-z]+))?/g)];
  ok(called.length >= 6);
  const starts = [
    ...called.filter(([, task]) => task === "experiment").map(([, , command]) => command),
    .../bin\/reverie (\w+)/.exec(shell)!.slice(1),
  ];
  for (const [line, task] of called) ok(task in tasks, line);
  for (const command of starts.filter((each) => each !== undefined)) {
    strictEqual(await main([command, "--help"], capturedIo()), 0, command);
  }
});

Deno.test("every call of the lab that is shown leaves out the line that Deno's task runner prints", async () => {
  const shown: string[] = [];
  const look = async (folder: URL) => {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      const url = new URL(isDirectory ? `${name}/` : name, folder);
      if (isDirectory) await look(url);
      else if (/\.(md|tsx?)$/.test(name)) shown.push(await Deno.readTextFile(url));
    }
  };
  for (const folder of ["docs", "cli", "web", "lab"]) await look(new URL(`${folder}/`, root));
  const calls = [readme, ...shown].join("\n").match(
    /\bdeno(?:@\S+)? task (-q )?(experiment|dashboard)\b/g,
  )!;
  ok(calls.length > 150, `${calls.length}`);
  deepStrictEqual(calls.filter((call) => !call.includes("task -q ")), []);
});

Deno.test("README names the environment variables that the task may read", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  const [, given] = /--allow-env=(\S+)/.exec(tasks.experiment.command)!;
  const [, said] = /and the environment variables (.*?) \|\n/.exec(readme)!;
  deepStrictEqual([...said.matchAll(/`(\w+)`/g)].map((name) => name[1]), given.split(","));
});

Deno.test("README and ARCHITECTURE.md name the tasks that may start other programs", async () => {
  const architecture = await Deno.readTextFile(new URL("ARCHITECTURE.md", root));
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  // The builds, the checks, the benchmarks and the tests are named as such.
  const kinds = /^(build|package|check|bench|test)\b/;
  const expected = Object.entries<{ command?: string }>(tasks).filter(([name, { command }]) =>
    command?.includes("--allow-run") && !kinds.test(name)
  ).map(([name]) => name).sort();
  for (
    const [text, sentence] of [
      [readme, /Other programs are started by (.*?)\n/],
      [architecture, /No task needs `--allow-run`, save (.*?)\. /],
    ] as const
  ) {
    const [, said] = sentence.exec(text)!;
    deepStrictEqual(
      [...said.matchAll(/`([a-z]+:[a-z]+)`/g)].map((name) => name[1]).sort(),
      expected,
    );
  }
});

Deno.test("README links to files that are there", async () => {
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map((link) => link[1]);
  match(links.join(" "), /ARCHITECTURE\.md/);
  const missing: string[] = [];
  for (const link of links) {
    await Deno.stat(new URL(link, root)).catch(() => missing.push(link));
  }
  deepStrictEqual(missing, []);
});
