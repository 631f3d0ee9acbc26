import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { main } from "../../cli/main.ts";
import { headline } from "../../cli/terminal/figures.ts";
import type { ExperimentDefinition } from "../../lab/experiment/definition.ts";
import { openStore } from "../../lab/store/sqlite_store.ts";
import { registries, toyExperiment } from "../lab/experiment/toy_registries.ts";
import { capturedIo } from "./captured_io.ts";

/** Toy registries with presets of different lengths. */
function withPresets() {
  const presets: [ExperimentDefinition, number][] = [
    [{ ...toyExperiment, name: "line-toy-quick", seeds: 2, environment: { id: "Line-v0" } }, 1],
    [{
      name: "points-toy-quick",
      budget: 100,
      dataset: { name: "points" },
      model: { name: "toy-model" },
      stop: { metric: "evaluation/share", atLeast: 0.5, times: 1 },
    }, 9],
  ];
  const entries = presets.map(([definition, expectedSeconds]) => ({
    name: definition.name,
    summary: "A preset",
    expectedSeconds,
    module: registries.experiments[0].module,
    inQuickStart: true,
    load: () => Promise.resolve(definition),
  }));
  // The longest verdict.
  const randomReturn = { mean: 1e6, deviation: 1 };
  const environments = registries.environments.map((entry) => ({ ...entry, randomReturn }));
  return { ...registries, environments, experiments: [...registries.experiments, ...entries] };
}

Deno.test("without a command every preset trains, a short run, then the longest, and what came out is shown", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const io = capturedIo({ folder, root: folder, registries: withPresets(), columns: 80 });
    strictEqual(await main(["--workers", "1"], io), 0);
    const { out, error } = io.written;
    deepStrictEqual(
      [...error.matchAll(/^[✓!] (\S+) seed (\d): /gm)].map(([, name, seed]) => [name, seed]),
      [["line-toy-quick", "1"], ["points-toy-quick", "1"], ["line-toy-quick", "2"]],
    );
    match(out, /TOY\s+\S+ \(.* … .*\).*\sno better than[^]*random, 2 seeds/);
    // What a rule ended is shown by its score.
    const store = openStore(`${folder}/runs`);
    const stopped = store.runs().find(({ name }) => name === "points-toy-quick")!;
    const [score] = store.series(stopped.id, "score/return_mean").values;
    store.close();
    const [, shown] = /TOY-MODEL\s+points\s.*return (\S+),/.exec(out)!;
    ok(`return ${shown}` === headline({ "evaluation/return_mean": score }), out);
    match(out, /Total time \d:\d\d/);
    match(out, /deno task -q dashboard/);
    const [, example] = /deno task -q experiment reproduce (\w+)/.exec(out)!;
    const [, sheet] = /Samples (.+\.png)/.exec(out)!;
    deepStrictEqual([...(await Deno.readFile(sheet)).subarray(1, 4)], [
      ...new TextEncoder().encode("PNG"),
    ]);
    ok(out.split("\n").every((line) => line.length <= 80 || line.includes(folder)), out);
    // The page shows what is printed, but for the names and numbers of the run.
    const page = await Deno.readTextFile(new URL("../../docs/command-line.md", import.meta.url));
    const headers = out.split("\n").filter((line) => /^(agent|model) /.test(line));
    const labels = [...out.matchAll(/^ {2}(\S.*?) {2,}deno task -q /gm)].map((line) => line[1]);
    const said = [
      ...headers.map((line) => line.replace(/steps to \w+/, "steps to 475")),
      ...labels,
    ];
    strictEqual(said.length, 8);
    const spaceless = (text: string) => text.replace(/ +/g, " ");
    for (const each of said) ok(spaceless(page).includes(spaceless(each)), each);
    const again = capturedIo({ folder, root: folder, registries: withPresets() });
    strictEqual(await main(["reproduce", example], again), 0);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
