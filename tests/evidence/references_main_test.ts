/** What another library's script is asked for, and what is made of its answer. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { readReferences } from "../../evidence/references.ts";
import { main, trained } from "../../evidence/references_main.ts";
import { peerOf } from "../../evidence/peers.ts";
import { evidence } from "../../evidence/rows.ts";
import { capturedIo } from "../cli/captured_io.ts";
import { inFolder } from "../cli/folder.ts";

/** Tests with a `python3` that keeps what it was asked for, and does what a shell's lines say. */
function withPython(
  lines: string,
  test: (python: {
    readonly type: (line: string) => Promise<{ code: number; out: string; error: string }>;
    /** The orders that it got, and the scripts that it ran. */
    readonly orders: () => Record<string, unknown>[];
    readonly scripts: () => string[];
    readonly folder: string;
  }) => Promise<void>,
): Promise<void> {
  return inFolder(async (folder) => {
    const before = Deno.env.get("PATH")!;
    const script = `#!/bin/sh\necho "$1" >> ${folder}/scripts\ncat >> ${folder}/orders\n` +
      `echo >> ${folder}/orders\n${lines}\n`;
    await Deno.mkdir(`${folder}/bin`);
    await Deno.writeTextFile(`${folder}/bin/python3`, script, { mode: 0o755 });
    const linesOf = (name: string) => Deno.readTextFileSync(`${folder}/${name}`).trim().split("\n");
    Deno.env.set("PATH", `${folder}/bin:${before}`);
    try {
      await test({
        type: async (line) => {
          const io = capturedIo({ root: `${folder}/` });
          const code = await main(line.split(" "), io);
          return { code, ...io.written };
        },
        orders: () => linesOf("orders").map((text) => JSON.parse(text)),
        scripts: () => linesOf("scripts").map((path) => path.split("/").slice(-3).join("/")),
        folder,
      });
    } finally {
      Deno.env.set("PATH", before);
    }
  });
}

const answer = (score: string) =>
  `echo progress; echo '{"score": ${score}, "steps": 7, "seconds": 1.5, "versions": {"sb3": "2"}}'`;

Deno.test("a peer's script gets the order of its row with a seed, and worlds of that seed alone", () =>
  withPython(answer("12.5"), async ({ type, orders, scripts, folder }) => {
    const { code, out, error } = await type("cartpole-dqn --seed 3 --seed 4");
    deepStrictEqual([code, error], [0, ""]);
    strictEqual(
      // Seconds are known where nothing else computes.
      out.replaceAll(" in 1.5 s", ""),
      "cartpole-dqn: Stable-Baselines3, DQN, seed 3: 12.5\n" +
        "cartpole-dqn: Stable-Baselines3, DQN, seed 4: 12.5\n",
    );
    deepStrictEqual(new Set(scripts()), new Set(["bench/peers/references.py"]));
    const row = evidence.find(({ experiment }) => experiment === "cartpole-dqn")!;
    const peer = await peerOf(row);
    ok(typeof peer === "object");
    const known = JSON.parse(JSON.stringify(peer.order));
    deepStrictEqual(orders().map(({ data: _, ...order }) => order), [
      { ...known, seed: 3, testSeed: peer.testSeedOf!(3) },
      { ...known, seed: 4, testSeed: peer.testSeedOf!(4) },
    ]);
    // Seeds that tune are none that are kept.
    strictEqual(await readReferences(`${folder}/`, row, peer.key), undefined);
  }));

Deno.test("a model's script finds the arrays of the seed while it trains, and none are left", () =>
  withPython(
    // Whether the file that the order names is there.
    `data=$(tail -n 1 "$(dirname "$0")/../orders" | sed 's/.*"data":"\\([^"]*\\)".*/\\1/')\n` +
      `test -s "$data" || exit 9\n` + answer("null"),
    async ({ type, orders, scripts }) => {
      const { code, out, error } = await type("xor-classifier --seed 5");
      deepStrictEqual([code, error], [0, ""]);
      // One that diverged has no score.
      strictEqual(
        out.replace(" in 1.5 s", ""),
        "xor-classifier: PyTorch, classifier, seed 5: null\n",
      );
      deepStrictEqual(scripts(), ["bench/peers/models.py"]);
      const [{ data, seed, testSeed }] = orders();
      deepStrictEqual([seed, testSeed], [5, undefined]);
      strictEqual(await Deno.stat(String(data)).catch(() => undefined), undefined);
    },
  ));

Deno.test("a script that fails is told by the last line that it wrote", () =>
  withPython(
    "echo first >&2; echo 'ModuleNotFoundError: no torch' >&2; exit 1",
    async ({ type }) => {
      const { code, out, error } = await type("cartpole-dqn --seed 3");
      deepStrictEqual([code, out], [1, ""]);
      match(
        error,
        /^error: Cannot measure Stable-Baselines3, DQN with seed 3 as its script failed: ModuleNotFoundError: no torch\n$/,
      );
    },
  ));

Deno.test("a row that fails is told, and the next one goes on, unless all fail alike", async () => {
  const first =
    `if [ $(wc -l < "$(dirname "$0")/../scripts") = 1 ]; then echo "no memory" >&2; exit 1; fi\n`;
  await withPython(first + answer("12.5"), async ({ type, scripts }) => {
    const { code, out, error } = await type("cartpole-a2c cartpole-ppo --seed 3");
    strictEqual(code, 1);
    strictEqual(out.trim().split("\n").length, scripts().length - 1);
    match(out, /^cartpole-.* seed 3: 12\.5/);
    match(error, /^error: Cannot measure Stable-Baselines3, .* with seed 3 .*: no memory\n$/);
  });
  await withPython("echo 'no torch' >&2; exit 1", async ({ type, scripts }) => {
    const { code, error } = await type("cartpole-dqn acrobot-dqn mountaincar-dqn --seed 3");
    strictEqual(code, 1);
    strictEqual(error.match(/no torch/g)!.length, 2);
    strictEqual(scripts().length, 2);
  });
});

Deno.test("an answer that is damaged is said in one line", () =>
  withPython(answer("NaN"), async ({ type }) => {
    const { code, out, error } = await type("cartpole-dqn --seed 3");
    deepStrictEqual([code, out], [1, ""]);
    match(
      error,
      /^error: Cannot measure Stable-Baselines3, DQN with seed 3 as its answer is none: .*NaN.*\n$/,
    );
  }));

Deno.test("a peer's seconds are none where other programs compute, and name the machine", () =>
  withPython(answer("12.5"), async () => {
    const row = evidence.find(({ experiment }) => experiment === "cartpole-dqn")!;
    const peer = await peerOf(row);
    ok(typeof peer === "object");
    for (const isBusy of [false, true]) {
      const { score, seconds, machine } = await trained(peer, 3, () => isBusy);
      deepStrictEqual([score, seconds], [12.5, isBusy ? null : 1.5]);
      match(machine!, /^\d+ × \S/);
    }
  }));
