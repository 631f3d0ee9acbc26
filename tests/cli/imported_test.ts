import { deepStrictEqual, match, strictEqual } from "node:assert";
import { main } from "../../cli/main.ts";
import { registries } from "../../registries.ts";
import { capturedIo } from "./captured_io.ts";
import { inFolder } from "./folder.ts";

Deno.test("an imported run has a page, a speed of its own, and nothing of what the lab trains", () =>
  inFolder(async (folder) => {
    const typed = async (...args: string[]) => {
      const io = capturedIo({ folder, root: folder, registries });
      const code = await main(args, io);
      return { code, ...io.written };
    };
    const rows = "r,l,t\n10,20,1\n20,40,4\n";
    await Deno.writeTextFile(
      `${folder}/0.monitor.csv`,
      `#{"t_start": 1, "env_id": "CartPole-v1"}\n${rows}`,
    );
    strictEqual((await typed("import", "0.monitor.csv")).code, 0);
    const page = await typed("describe", "latest");
    deepStrictEqual([page.code, page.error], [0, ""]);
    match(page.out, /Logged by a program of yours, and not trained here\.\n/);
    match(page.out, /completed: 60 steps in 0:04/);
    match(page.out, /Its fields as they were stored \(a program of yours logged it: /);
    match(page.out, /To compare it: .* compare /);
    // 60 steps in four seconds.
    match((await typed("compare", "latest")).out, /0 of 1 +15$/m);
    for (
      const line of [["evaluate", "latest"], [
        "export",
        "latest",
        "--format",
        "model",
        "--out",
        "m",
      ]]
    ) {
      const { code, error } = await typed(...line);
      strictEqual(code, 2, error);
      match(error, /^error: Cannot open run \w+ as it was logged by a program of yours: .*\n$/);
    }
  }));

Deno.test("import says on standard error which columns it leaves out, and of which none", () =>
  inFolder(async (folder) => {
    const typed = async (text: string, ...flags: string[]) => {
      await Deno.writeTextFile(`${folder}/log.csv`, text);
      const io = capturedIo({ folder, root: folder, registries });
      strictEqual(await main(["import", "log.csv", ...flags], io), 0);
      return io.written.error;
    };
    const said = "Left out of log.csv as they hold text, no numbers: note, kind\n";
    const table = "step,loss,note,kind,grad\n1,0.5,warm,a,\n2,nan,,b,\n";
    strictEqual(await typed(table), said);
    strictEqual(await typed(table, "--quiet"), "");
    // What is empty, and what is not finite, is no text.
    strictEqual(await typed("step,loss,grad\n1,0.5,\n2,,-Infinity\n"), "");
  }));

Deno.test("a logged run's length is told in what it counted", () =>
  inFolder(async (folder) => {
    const typed = async (...args: string[]) => {
      const io = capturedIo({ folder, root: folder, registries });
      strictEqual(await main(args, io), 0, io.written.error);
      return io.written.out;
    };
    const cases: [counts: object, unit: string, shown: string][] = [
      [{ examples: 6400, gradientSteps: 100 }, "examples", "6,400 examples"],
      [{ gradientSteps: 100 }, "gradientSteps", "100 updates"],
      [{ examples: 6400, environmentSteps: 9 }, "environmentSteps", "9 steps"],
      [{ iteration: 7, examples: 0 }, "gradientSteps", "7 iterations"],
    ];
    for (const [counts, unit, shown] of cases) {
      const lines = [{ run: { name: "loop" } }, { metrics: { loss: 1 }, ...counts }];
      await Deno.writeTextFile(
        `${folder}/a.jsonl`,
        lines.map((each) => JSON.stringify(each)).join("\n"),
      );
      const id = (await typed("import", "a.jsonl")).split(" ")[0];
      const { runs } = JSON.parse(await typed("runs", "--json"));
      strictEqual(runs.find((run: { id: string }) => run.id === id).budget_unit, unit);
      match(await typed("runs"), new RegExp(`${id}.* ${shown} `));
      match(await typed("describe", id), new RegExp(`completed: ${shown} in `));
    }
  }));
