/** Random command lines, by a seed, typed in a folder with a few runs. */
import { ok } from "node:assert";
import { commands, main } from "../../cli/main.ts";
import { defaultRng, type Generator } from "../../lab/core/random.ts";
import { capturedIo } from "../cli/captured_io.ts";
import { inFolder } from "../cli/folder.ts";
import { registries } from "../lab/experiment/toy_registries.ts";

/** What is typed for names, numbers, conditions and paths, sound or not. */
const values = [
  ...["latest", "line-toy", "points-toy", "Line-v0", "toy", "0", "1", "2", "-1", "0.5", "1e309"],
  ...["NaN", "99999999999999999999", "", " ", "x", "-", "--", "null", "[1,", "{}", "=", "a=b"],
  ...["agent.rate=0.5", "agent.rate=2", "agent.size=1e9", "agent.sizes=[1,2]", "agent=toy"],
  ...["seed=1", "seed>", "status=failed and seed<3", "evaluation/return_mean>=0", "0.1k-steps"],
  ...["../x", "out/x.csv", "x.png", "x.ts", "csv", "json", "policy", "cpu", "wasm", "1GB"],
  ...["2026-11-20", "\0", "\u001b[2J", "\ud800", "💥", "x".repeat(3000), "--json=1", "name"],
];

/** Measures for seconds whatever it is given. */
const slow = ["doctor"];
/** Milliseconds after which somebody presses Ctrl-C: some lines train for ever. */
const PATIENCE = 2000;
/** Milliseconds within which each line must come to its end. */
const LONGEST = 60_000;

async function flagsOf(name: string): Promise<string[]> {
  const io = capturedIo({ registries });
  await main([name, "--help"], io);
  return [...new Set(io.written.out.match(/--[a-z-]+/g))];
}

/** A line: a command, mostly, and up to five of its flags and values. */
function lineOf(
  random: Generator,
  flags: ReadonlyMap<string, readonly string[]>,
): string[] {
  const pick = <T>(list: readonly T[]) => list[random.integers(0, list.length)];
  const names = [...flags.keys()];
  const name = random.random() < 0.95 ? pick(names) : pick(values);
  const own = [...flags.get(name) ?? [], "--json"];
  const words = Array.from(
    { length: random.integers(0, 6) },
    () => random.random() < 0.5 ? pick(own) : pick(values),
  );
  // A first word that is a flag would begin the quick start.
  return [name === "" || name.startsWith("-") ? "list" : name, ...words];
}

/**
 * Types `times` lines; throws where one does not end, ends with a code that there is not, or shows a
 * stack.
 *
 * @returns How many ended with each exit code.
 */
export async function typedLines(seed: number, times: number): Promise<Map<number, number>> {
  const flags = new Map<string, readonly string[]>();
  for (const { name } of commands) {
    if (!slow.includes(name)) flags.set(name, await flagsOf(name));
  }
  const codes = new Map<number, number>();
  const random = defaultRng(seed);
  await inFolder(async (folder) => {
    const io = () => capturedIo({ folder, root: folder, registries });
    await main(["run", "line-toy", "--seeds", "2", "--quiet"], io());
    for (let i = 0; i < times; i++) {
      const line = lineOf(random, flags);
      const typed = io();
      const shown = `line ${i} of seed ${seed}: ${JSON.stringify(line).slice(0, 500)}`;
      const patience = setInterval(() => {
        typed.clock += PATIENCE;
        typed.interrupt();
      }, PATIENCE);
      let late: ReturnType<typeof setTimeout> | undefined;
      const hang = new Promise<never>((_, reject) => {
        late = setTimeout(() => reject(new Error(`it does not end: ${shown}`)), LONGEST);
      });
      const code = await Promise.race([main(line, typed), hang]).catch((error) => {
        throw new Error(`${shown}: ${error}`, { cause: error });
      });
      clearInterval(patience);
      clearTimeout(late);
      codes.set(code, (codes.get(code) ?? 0) + 1);
      const { error } = typed.written;
      ok([0, 1, 2, 130].includes(code), `${shown}: ${code}`);
      ok(line.includes("--debug") || !/\n\s+at |file:\/\//.test(error), `${shown}: ${error}`);
      ok(code !== 2 || /^(.*\n)*error: .+\n$/.test(error), `${shown}: ${error}`);
    }
  });
  return codes;
}
