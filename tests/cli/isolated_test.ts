/** `--isolated`: what `run`, `resume` and a sweep train, trains in a process of its own. */
import { deepStrictEqual, notStrictEqual, ok, strictEqual } from "node:assert";
import { main } from "../../cli/main.ts";
import { capturedIo } from "./captured_io.ts";
import { inFolder } from "./folder.ts";

const lab = new URL("../../mod.ts", import.meta.url).href;

/** A world whose one reward is the number of the process that it is in. */
const telling = `
  import { Box, defineEnvironment, defineExperiment, Discrete } from "${lab}";
  const world = defineEnvironment({
    id: "Telling-v0",
    observationSpace: new Box({ low: 0, high: 1, shape: [1] }),
    actionSpace: new Discrete(2),
    reset: () => 0,
    step: () => ({ state: 0, reward: Deno.pid, terminated: true }),
    observe: () => Float32Array.of(0),
  });
  export default defineExperiment({
    name: "telling",
    environment: world,
    agent: { name: "random" },
    budget: 10,
    evaluation: { every: 10, episodes: 1 },
  });
`;

Deno.test("run, resume and a sweep train in a process of the run's own", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/telling.ts`, telling);
    const process = async (line: string, isolated?: readonly string[]) => {
      const io = { ...capturedIo({ folder, root: folder }), isolated };
      const code = await main([...line.split(" "), "--json"], io);
      strictEqual(code, 0, io.written.error);
      const { runs } = JSON.parse(io.written.out);
      ok(runs.length > 0, line);
      return runs[0].metrics["evaluation/return_mean"];
    };
    const own = [folder];
    strictEqual(await process("run telling.ts"), Deno.pid);
    notStrictEqual(await process("run telling.ts", own), Deno.pid);
    notStrictEqual(await process("resume latest --budget 20", own), Deno.pid);

    const trials = async (isolated?: readonly string[]): Promise<number[]> => {
      const io = { ...capturedIo({ folder, root: folder }), isolated };
      const name = isolated === undefined ? "here" : "apart";
      const line = "run telling.ts --sweep evaluation.episodes=1,2 --seeds 1 --judge 0 --json";
      const code = await main([...line.split(" "), "--name", name], io);
      strictEqual(code, 0, io.written.error);
      return JSON.parse(io.written.out).trials.map(({ value }: { value: number }) => value);
    };
    deepStrictEqual(await trials(), [Deno.pid, Deno.pid]);
    ok((await trials(own)).every((pid) => pid > 0 && pid !== Deno.pid));
  });
});
