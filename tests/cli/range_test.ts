import { deepStrictEqual, match, strictEqual } from "node:assert";
import { main } from "../../cli/main.ts";
import { capturedIo } from "./captured_io.ts";

const small = [
  ...["range", "cartpole-ppo", "--iterations", "12", "--episodes", "1", "--to", "10"],
  ...["--set", "agent.rolloutLength=16", "--set", "agent.environments=4"],
  ...["--set", "agent.minibatchSize=32", "--set", "agent.hiddenSizes=[8]"],
];

Deno.test("range shows a bar for each rate, the best one, and what it suggests by which rule", async () => {
  const io = capturedIo({ screen: { columns: 80, rows: 24 } });
  strictEqual(await main([...small, "--from", "1e-6"], io), 0);
  const lines = io.written.out.trimEnd().split("\n");
  match(lines[0], /learning rate\s+return\s+smoothed: longer is better/);
  deepStrictEqual(lines.filter((line) => /^\s+\d\.\de[+-]\d/.test(line)).length, 12);
  strictEqual(lines.filter((line) => line.endsWith("  best")).length, 1);
  match(io.written.out, /Suggested: .*a tenth of the rate at which|No rate is suggested as/);
  match(io.written.error, /rate 1\.00e-6, 1 of 12/);
});

Deno.test("what range proposes to try has the settings by which it was found", async () => {
  const proposed = async (...more: string[]) => {
    const io = capturedIo();
    strictEqual(await main([...small, "--from", "1e-7", ...more], io), 0);
    return /To try it: (.*)/.exec(io.written.out)?.[1] ?? io.written.out;
  };
  match(
    await proposed("--budget", "4k"),
    / run cartpole-ppo --set agent\.rolloutLength=16 .*hiddenSizes='\[8\]' --budget 4k --set agent\.learningRate=[\d.]+$/,
  );
});

Deno.test("range --json is one document, the same each time; --out keeps the points, once", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const io = capturedIo({ folder, root: folder });
    strictEqual(await main([...small, "--json", "--out", "range.csv"], io), 0);
    strictEqual(io.written.error, "");
    const document = JSON.parse(io.written.out);
    strictEqual(document.metric, "evaluation/return_mean");
    strictEqual(document.points.length, 12);
    const rows = (await Deno.readTextFile(`${folder}/range.csv`)).trimEnd().split("\n");
    strictEqual(rows[0], "learning_rate,evaluation/return_mean,smoothed");
    strictEqual(Number(rows[1].split(",")[1]), document.points[0].value);
    deepStrictEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["range.csv"]);
    const again = capturedIo({ folder, root: folder });
    strictEqual(await main([...small, "--json"], again), 0);
    strictEqual(again.written.out, io.written.out);
    const refused = capturedIo({ folder, root: folder });
    strictEqual(await main([...small, "--out", "range.csv"], refused), 2);
    match(refused.written.error, /there is such a file already/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("range ends after the iteration in which it is interrupted, with what there is", async () => {
  const io = capturedIo({ screen: { columns: 80, rows: 24 } });
  const write = io.notice;
  io.notice = (text) => {
    write(text);
    if (/ 3 of 12/.test(text)) io.interrupt();
  };
  strictEqual(await main(small, io), 130);
  strictEqual(io.written.out.match(/^\s+\d\.\de[+-]\d/gm)!.length, 3);
});

Deno.test("range says why it suggests nothing: the same at every rate, or broken from the first one on", async () => {
  const said = async (...args: string[]) => {
    const io = capturedIo();
    strictEqual(await main(args, io), 0);
    return io.written.out.trimEnd().split("\n").at(-1)!;
  };
  const mountain = ["range", "mountaincar-dqn", "--budget", "20000", "--episodes", "1"];
  strictEqual(
    await said(...mountain, "--iterations", "12"),
    "No rate is suggested as evaluation/return_mean is the same at every rate.",
  );
  strictEqual(
    await said(...small.with(small.indexOf("10"), "1e38"), "--from", "1e30"),
    "No rate is suggested as learning broke at the lowest rate: lower --from.",
  );
});
