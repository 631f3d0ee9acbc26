import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import type { Group } from "../../cli/comparison.ts";
import { suiteLine, suiteOf } from "../../lab/experiment/suite.ts";
import { suiteRows, suiteTitles } from "../../cli/terminal/comparison_table.ts";
import { main } from "../../cli/main.ts";
import { capturedIo } from "./captured_io.ts";
import { inFolder } from "./folder.ts";

const group = (agent: string, id: string, values: number[], metric = "evaluation/return_mean") =>
  ({
    metric,
    values,
    configuration: { agent: { name: agent }, environment: { id } },
  }) as unknown as Group;
const scale = (id: string, mean: number, threshold?: number, masked = false) => ({
  ...{ id, threshold, masked, random: { mean, deviation: 1 } },
});

Deno.test("agents in several worlds have one figure, on a scale from random to solved", () => {
  const groups = [
    group("a2c", "Pole", [10, 20]),
    group("a2c", "Car", [-150, -150]),
    group("dqn", "Pole", [20, 20]),
    group("dqn", "Car", [-100, -100]),
    group("ppo", "Pole", [20, 20]), // in one world alone
    group("sac", "Pole", [20]),
    group("sac", "Car", [1], "evaluation/length_mean"),
    group("dqn", "Own", [7]), // a world without a threshold
  ];
  const suite = suiteOf(groups, [scale("Pole", 0, 20), scale("Car", -200, -100), scale("Own", 0)])!;
  deepStrictEqual(suite.worlds, ["Car", "Pole"]);
  // a2c scores 0.5, 1 and 0.5, 0.5: the middle two are 0.5, and 0.375 is lacking on average.
  deepStrictEqual(
    suite.agents.map(({ agent, seeds, iqm, gap }) => [agent, seeds, iqm.value, gap.value]),
    [["dqn", 2, 1, 0], ["a2c", 2, 0.5, 0.375]],
  );
  deepStrictEqual(suiteRows(suite)[1], ["a2c", "2", "0.5", "0.375"]);
  ok(suiteLine(suite).startsWith("Over Car, Pole together"));
});

Deno.test("in whatever order worlds come their agents have the same intervals", () => {
  const groups = [
    group("dqn", "Pole", [3, 18, 7, 12, 20, 1]),
    group("dqn", "Car", [-190, -120, -150, -101, -170]),
  ];
  const scales = [scale("Pole", 0, 20), scale("Car", -200, -100)];
  const suite = suiteOf(groups, scales)!;
  ok(suite.agents[0].iqm.spread !== null);
  deepStrictEqual(suiteOf(groups.toReversed(), scales.toReversed()), suite);
  deepStrictEqual(suiteTitles[1], "fewest seeds a world");
  strictEqual(suiteRows(suite)[0][1], "5");
});

Deno.test("one world, or two groups of an agent in one, make no suite", () => {
  const two = [scale("Pole", 0, 20), scale("Car", -200, -100)];
  const [pole, car] = [group("dqn", "Pole", [1]), group("dqn", "Car", [1])];
  strictEqual(suiteOf([pole], two), undefined);
  strictEqual(suiteOf([pole, pole, car], two), undefined);
  ok(suiteOf([pole, car], two) !== undefined);
});

Deno.test("a group of a program that names no agent is none of a suite", () => {
  const scales = [scale("Pole", 0, 20), scale("Car", -200, -100), scale("Hill", 0, 1)];
  const logged = (id: string, agent?: unknown) => {
    const { configuration, ...rest } = group("", id, [1]);
    return { ...rest, configuration: { ...configuration, agent } } as Group;
  };
  const own = [logged("Pole"), logged("Car", null), logged("Hill", "dqn")];
  strictEqual(suiteOf(own, scales), undefined);
  const suite = suiteOf([...own, group("dqn", "Pole", [1]), group("dqn", "Car", [1])], scales);
  deepStrictEqual([suite?.worlds, suite?.agents.map(({ agent }) => agent)], [
    ["Car", "Pole"],
    ["dqn"],
  ]);
});

Deno.test("a world has one zero, whether agents act in it within its masks or not", () => {
  const groups = [group("dqn", "Pole", [1]), group("dqn", "Taxi", [-200])];
  const iqmOf = (scales: ReturnType<typeof scale>[]) =>
    suiteOf(groups, [scale("Pole", 0, 1), ...scales])?.agents[0].iqm.value;
  const [all, allowed] = [scale("Taxi", -400, 0), scale("Taxi", -200, 0, true)];
  strictEqual(iqmOf([all]), 0.75);
  strictEqual(iqmOf([allowed]), 0.5);
  strictEqual(iqmOf([allowed, all]), 0.75);
  // Other options make it another world.
  strictEqual(iqmOf([all, scale("Taxi", -300, 0)]), undefined);
});

Deno.test("compare and report say the same of several worlds", () =>
  inFolder(async (folder) => {
    const typed = async (line: string) => {
      const io = capturedIo({ folder, root: folder });
      strictEqual(await main(line.split(" "), io), 0, io.written.error);
      return io.written.out;
    };
    const few = "--budget 400 --seeds 5 --set evaluation.episodes=2";
    await typed(`run cartpole-a2c ${few}`);
    await typed(`run cartpole-a2c --set environment.id=Acrobot-v1 ${few}`);
    const said = await typed("compare --where agent=a2c");
    const [, seeds, iqm] = /^a2c +(\d+) +(\S+) \[.*\] rough/m.exec(said)!;
    strictEqual(seeds, "5");
    const { suite } = JSON.parse(await typed("compare --where agent=a2c --json"));
    deepStrictEqual([...suite.worlds].sort(), ["Acrobot-v1", "CartPole-v1"]);
    ok(Math.abs(suite.agents[0].iqm - Number(iqm)) < 0.001);
    await typed("report --where agent=a2c --out pages");
    const [page] = [...Deno.readDirSync(`${folder}/pages`)].filter(({ name }) =>
      name.endsWith(".md")
    );
    const text = Deno.readTextFileSync(`${folder}/pages/${page.name}`);
    match(text, new RegExp(`^\\| a2c \\| 5 \\| ${iqm.replace(".", "\\.")} `, "m"));
  }));
