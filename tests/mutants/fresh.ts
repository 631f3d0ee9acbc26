/**
 * Makes random mistakes in a copy of the project and says which of them the nearest test files notice:
 * `deno task test:mutants:fresh [--count N] [--seed N] [PREFIX…]` in modules whose path begins so.
 * What a survivor shows is read by a person: some change nothing that counts, some are noticed by
 * tests farther away. A mistake that types refuse is not counted.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { defaultRng } from "../../lab/core/random.ts";
import { copyOf, filesOf, passes } from "./copy.ts";
import { mistakesIn } from "./mistakes.ts";

/** Test files that are tried, the nearest ones; seconds after which one hangs. */
const [NEAREST, PATIENCE] = [8, 180];
/** Slow, or in need of a browser. */
const FAR = /^tests\/(browser|fuzz|learning|soak)\//;

const root = new URL("../../", import.meta.url).pathname;
const { values, positionals } = parseArgs({
  args: Deno.args,
  options: {
    count: { type: "string", default: "20" },
    seed: { type: "string", default: "1" },
  },
  allowPositionals: true,
});
const random = defaultRng(Number(values.seed));
const any = <T>(all: readonly T[]): T => all[random.integers(0, all.length)];

const paths = await filesOf(root);
const tests = paths.filter((path) => /^tests\/.*_test\.tsx?$/.test(path) && !FAR.test(path));
const modules = paths.filter((path) =>
  /\.tsx?$/.test(path) && !path.startsWith("tests/") &&
  (positionals.length === 0 || positionals.some((prefix) => path.startsWith(prefix)))
);

const folder = await copyOf(root);
try {
  const imports = await importsOf(folder, tests);
  const distances = new Map(tests.map((test) => [test, distancesFrom(test, imports)]));
  // A place in all the code, so that long modules have more mistakes than short ones.
  const lines = modules.flatMap((path) => {
    const count = Deno.readTextFileSync(`${folder}/${path}`).split("\n").length;
    return Array<string>(count).fill(path);
  });
  let [caught, made] = [0, 0];
  while (made < Number(values.count)) {
    const path = any(lines);
    const code = Deno.readTextFileSync(`${folder}/${path}`);
    const kinds = Map.groupBy(mistakesIn(code, path.endsWith("x")), ({ kind }) => kind);
    if (kinds.size === 0) continue;
    const { kind, start, end, to } = any(kinds.get(any([...kinds.keys()]))!);
    Deno.writeTextFileSync(`${folder}/${path}`, code.slice(0, start) + to + code.slice(end));
    if (await deno("check", "--quiet", path)) {
      const near = nearest(path, distances);
      const killer = await firstRed(near);
      made++;
      if (killer !== undefined) caught++;
      const line = code.slice(0, start).split("\n").length;
      const inOneLine = (text: string) => text.replace(/\s+/g, " ").slice(0, 80);
      console.log(
        `${killer === undefined ? "SURVIVED" : "caught  "}  ${path}:${line} ${kind}: ` +
          `${inOneLine(code.slice(start, end))} → ${inOneLine(to)} (${killer ?? near.join(" ")})`,
      );
    }
    Deno.writeTextFileSync(`${folder}/${path}`, code);
  }
  console.log(`${caught} of ${made} caught`);
} finally {
  Deno.removeSync(folder, { recursive: true });
}

async function deno(...args: string[]): Promise<boolean> {
  const command = new Deno.Command("deno", { args, cwd: folder, stdout: "null", stderr: "null" });
  return (await command.output()).success;
}

/** The first of some test files that is red. */
async function firstRed(near: readonly string[]): Promise<string | undefined> {
  for (const test of near) if (!await passes(folder, test, PATIENCE)) return test;
  return undefined;
}

/** What each module of the project imports of it. */
async function importsOf(
  folder: string,
  tests: readonly string[],
): Promise<Map<string, readonly string[]>> {
  const all = `${folder}/all_tests.ts`;
  Deno.writeTextFileSync(all, tests.map((test) => `import "./${test}";\n`).join(""));
  const { stdout } = await new Deno.Command("deno", { args: ["info", "--json", all], cwd: folder })
    .output();
  Deno.removeSync(all);
  const here = `file://${folder}/`;
  interface Listed {
    readonly specifier: string;
    readonly dependencies?: readonly { readonly code?: { readonly specifier?: string } }[];
  }
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as { modules: Listed[] };
  return new Map(modules.map(({ specifier, dependencies = [] }) => [
    specifier.replace(here, ""),
    dependencies.flatMap(({ code }) =>
      code?.specifier?.startsWith(here) ? [code.specifier.slice(here.length)] : []
    ),
  ]));
}

/** Imports that lie between a module and each that it comes to. */
function distancesFrom(
  module: string,
  imports: ReadonlyMap<string, readonly string[]>,
): Map<string, number> {
  const distances = new Map([[module, 0]]);
  for (const [reached, distance] of distances) {
    for (const next of imports.get(reached) ?? []) {
      if (!distances.has(next)) distances.set(next, distance + 1);
    }
  }
  return distances;
}

/** Test files that come to a module, the one of its name first, then by the way and by what else they load. */
function nearest(
  module: string,
  distances: ReadonlyMap<string, ReadonlyMap<string, number>>,
): string[] {
  const own = `/${module.replace(/^.*\//, "").replace(/\.tsx?$/, "")}_test.`;
  return [...distances].flatMap(([test, reached]) => {
    const distance = reached.get(module);
    if (distance === undefined) return [];
    return [{ test, key: [test.includes(own) ? 0 : 1, distance, reached.size] }];
  }).sort(({ key: a }, { key: b }) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2])
    .slice(0, NEAREST).map(({ test }) => test);
}
