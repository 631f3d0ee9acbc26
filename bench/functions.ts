/**
 * The lab's own elementary functions, which have the same bits in every engine, beside the engine's: whole
 * runs with either, in processes that take turns. An import map puts `bench/engine` in the place of the
 * lab's modules.
 *
 * @module
 */
import { LabError } from "../lab/core/errors.ts";
import { median } from "../lab/statistics/mod.ts";
import type { Bench } from "./group.ts";
import { type Row, row } from "./row.ts";

/** Experiments whose episodes, samples or schedules take such functions, and budgets of seconds. */
const experiments = [
  ["cartpole-ppo", 200_000],
  ["acrobot-ppo", 100_000],
  ["pendulum-sac", 2000],
  ["glyphs-vae", 60_000],
] as const;

/** Runs with each. */
const repeats = 7;
/** The share of the engine's time that the lab's own may take in all: 3 % more. */
const most = 1.03;

const root = new URL("../", import.meta.url);

/** A row of every experiment. */
export async function* functions({ progress }: Bench): AsyncIterable<Row> {
  const folder = await Deno.makeTempDir();
  try {
    const map = `${folder}/engine.json`;
    await Deno.writeTextFile(map, JSON.stringify(await engineMap()));
    for (const [reference, budget] of experiments) {
      progress(reference);
      const own: number[] = [];
      const engine: number[] = [];
      for (let repeat = 0; repeat < repeats; repeat++) {
        own.push(await seconds(reference, budget));
        engine.push(await seconds(reference, budget, map));
      }
      const beside = { name: "the engine's functions", value: median(engine), reach: 1 / most };
      yield row(
        `${reference}, ${budget.toLocaleString("en")} of its budget`,
        median(own),
        "s",
        beside,
      );
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The lab's import map, with the engine's functions in place of its own. */
async function engineMap() {
  const { imports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  const at = (path: string) => new URL(path, root).href;
  const local = Object.entries(imports as Record<string, string>).map(([name, target]) =>
    [name, target.startsWith("./") ? at(target) : target] as const
  );
  const own = at("lab/core/elementary.ts");
  const replaced = ["elementary", "sine", "log1p"].map((name) =>
    [at(`lab/core/${name}.ts`), at(`bench/engine/${name}.ts`)] as const
  );
  return {
    imports: Object.fromEntries([...local, ...replaced]),
    // What takes the place of a module has the rest of it from there.
    scopes: { [at("bench/engine/")]: { [own]: own } },
  };
}

/** Seconds of training in a process of its own. */
async function seconds(reference: string, budget: number, map?: string): Promise<number> {
  const { code, stdout } = await new Deno.Command("deno", {
    args: [
      ...["run", "--quiet", "--no-prompt", "--allow-read", "--allow-write=/tmp"],
      ...["--allow-env", "--allow-sys=cpus,loadavg"],
      ...map === undefined ? [] : ["--import-map", map],
      ...[new URL("functions_main.ts", import.meta.url).pathname, reference, `${budget}`],
    ],
    cwd: root,
    stderr: "null",
  }).output();
  const measured = Number(new TextDecoder().decode(stdout));
  if (code === 0 && measured > 0) return measured;
  throw new LabError(`Cannot time ${reference} as it must complete: code ${code}`);
}
