/** The npm package, installed into an empty folder, trains under Deno, Node and Bun. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { buildPackage } from "../../package/build.ts";
import { defineExperiment, train } from "../../mod.ts";

/** The runtimes that are installed from npm, and how each starts a module. */
const RUNTIMES = ["node@22", "bun@1"];

const experiment = {
  name: "packed-ppo",
  environment: { id: "CartPole-v1" },
  agent: { name: "ppo" },
  budget: 8192,
  evaluation: { every: 4096, episodes: 10 },
};

const program = `
  import { defineExperiment, train } from "reverie";
  const experiment = defineExperiment(${JSON.stringify(experiment)});
  const runs = [];
  for (let i = 0; i < 2; i++) {
    const { digest, backend, metrics, dispose } = await train(experiment, { seed: 1 });
    runs.push({ digest, backend, value: metrics["evaluation/return_mean"] });
    dispose();
  }
  const refused = await train(experiment, { store: "kept" }).then(
    ({ dispose }) => dispose(),
    (error) => error.message,
  );
  console.log(JSON.stringify({ runs, refused }));
`;

interface Printed {
  readonly runs: readonly { digest: string; backend: string; value: number }[];
  readonly refused?: string;
}

async function run(folder: string, command: string, ...args: string[]): Promise<string> {
  const { stdout, stderr, success } = await new Deno.Command(command, {
    args,
    cwd: folder,
    // `deno task test:slow` says another folder.
    env: { INIT_CWD: folder, NO_COLOR: "1" },
  }).output();
  ok(success, `${command} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

/** What the dashboard of a project replies for its first page. */
async function served(project: string): Promise<number> {
  const dashboard = new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "dashboard", "--port", "0"],
    cwd: project,
    stdout: "piped",
  }).spawn();
  const lines = dashboard.stdout.pipeThrough(new TextDecoderStream()).getReader();
  try {
    const [url] = /http:\S+/.exec((await lines.read()).value!)!;
    const { status, body } = await fetch(url);
    await body?.cancel();
    return status;
  } finally {
    await lines.cancel();
    dashboard.kill();
    await dashboard.status;
  }
}

Deno.test("the package trains under Deno, Node and Bun, and its command line under Deno", async () => {
  // Outside of /tmp, which every task may read.
  const folder = await Deno.makeTempDir({ dir: Deno.env.get("HOME") });
  try {
    const built = `${folder}/built`;
    await buildPackage(built);
    await run(built, "npm", "pack", "--silent");
    const [archive] = [...Deno.readDirSync(built)].map(({ name }) => name)
      .filter((name) => name.endsWith(".tgz"));
    const place = `${folder}/empty`;
    await Deno.mkdir(place);
    await Deno.writeTextFile(`${place}/package.json`, '{ "type": "module", "private": true }');
    await run(
      place,
      "npm",
      "install",
      "--no-audit",
      "--no-fund",
      `${built}/${archive}`,
      ...RUNTIMES,
    );
    await Deno.writeTextFile(`${place}/program.mjs`, program);

    const bin = `${place}/node_modules/.bin`;
    const deno: Printed = JSON.parse(await run(place, Deno.execPath(), "run", "-A", "program.mjs"));
    const node: Printed = JSON.parse(await run(place, `${bin}/node`, "program.mjs"));
    const bun: Printed = JSON.parse(await run(place, `${bin}/bun`, "program.mjs"));
    for (const { runs } of [deno, node, bun]) {
      strictEqual(runs[0].backend, "wasm");
      deepStrictEqual(runs[0], runs[1], "the same bits again");
      ok(Math.abs(runs[0].value - deno.runs[0].value) < 30, `${runs[0].value}`);
    }
    deepStrictEqual(node.runs, deno.runs);
    strictEqual(deno.refused, undefined);
    for (const { refused } of [node, bun]) match(refused!, /Cannot keep runs in a store .* Deno/);
    const here = await train(defineExperiment(experiment), { seed: 1 });
    here.dispose();
    strictEqual(deno.runs[0].digest, here.digest, "as from the checkout");

    const reverie = (...args: string[]) =>
      run(place, Deno.execPath(), "run", "-A", `${bin}/reverie`, ...args);
    await reverie("new", "agent", "climber");
    const { runs } = JSON.parse(
      await reverie("run", "climber.ts", "--seeds", "2", "--budget", "4096", "--json"),
    );
    deepStrictEqual(runs.map(({ status }: { status: string }) => status), [
      "completed",
      "completed",
    ]);
    match(await reverie("reproduce", "latest"), /^identical/);
    await run(place, Deno.execPath(), "check", "climber.ts");

    // As the README has it.
    await reverie("new", "project", "study");
    const study = `${place}/study`;
    await run(study, Deno.execPath(), "task", "experiment", "run", "first.ts", "--budget", "4096");
    ok((await Deno.stat(`${study}/runs`)).isDirectory);
    strictEqual(await served(study), 200);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
