/** The hook of the learning-rate range test, on programs that write down what they are run with. */
import { deepStrictEqual } from "node:assert";
import { type RaisedRate, raiseRate } from "../../../lab/compute/raised_rate.ts";
import type { Workspace } from "../../../lab/compute/workspace.ts";

/** A workspace whose programs note their learning rate, and what random numbers they are given. */
function workspaceOf(runs: unknown[]): Workspace {
  return {
    compile: ({ scalars = [] }: { scalars?: readonly string[] }) => {
      const scalar = Object.fromEntries(scalars.map((name) => [name, 0.1]));
      return { scalar, run: (random: unknown) => runs.push([scalar.learningRate, random]) };
    },
  } as unknown as Workspace;
}

Deno.test("each run of a gradient step takes the raised rate and is counted; others go on as they were", () => {
  const runs: unknown[] = [];
  const workspace = workspaceOf(runs);
  const before = workspace.compile(
    { name: "before", scalars: ["learningRate"] },
    () => ({ outputs: {} }),
  );
  const rate: RaisedRate = { value: undefined, taken: 0 };
  raiseRate(workspace, rate);
  const spec = { scalars: ["beta", "learningRate"] } as const;
  const step = workspace.compile({ name: "step", ...spec }, () => ({ outputs: {} }));
  const other = workspace.compile({ name: "other", scalars: ["beta"] }, () => ({ outputs: {} }));
  const plain = workspace.compile({ name: "plain" }, () => ({ outputs: {} }));
  const all = () => {
    runs.length = 0;
    for (const program of [before, step, other, plain]) program.run("random" as never);
    return [...runs, rate.taken];
  };
  const [own, none] = [[0.1, "random"], [undefined, "random"]];
  deepStrictEqual(all(), [own, own, none, none, 0]);
  rate.value = 7;
  deepStrictEqual(all(), [own, [7, "random"], none, none, 1]);
  rate.value = 0; // a rate, too
  deepStrictEqual(all(), [own, [0, "random"], none, none, 2]);
});
