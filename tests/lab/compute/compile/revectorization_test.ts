import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { agreesWithScalars } from "../../../../lab/compute/compile/revectorization.ts";
import { explanationTable } from "../../../../lab/compute/compile/explain.ts";
import { CompiledWorkspace } from "../../../../lab/compute/compile/workspace.ts";
import { type Given, noise, within } from "./agree.ts";

const flag = "--experimental-wasm-revectorize";
const root = new URL("../../../../", import.meta.url);

async function printed(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: root,
  }).output();
  strictEqual(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

Deno.test("a step leaves the same bits with and without re-vectorisation, on any threads", async () => {
  const script = new URL("revectorized_step.ts", import.meta.url).pathname;
  const run = (...flags: string[]) => printed(["run", "-A", "--quiet", "--no-check", ...flags]);
  const [plain, wide] = await Promise.all([
    run(script),
    run(`--v8-flags=${flag}`, script, "paired"),
  ]);
  const [one, two] = plain.trim().split("\n").map((line) => line.split(" ").slice(1));
  deepStrictEqual(one, two);
  ok(Number(one[0]) > 0);
  strictEqual(wide, plain);
});

Deno.test("products are held to scalar arithmetic before they are called re-vectorised", () => {
  for (const rounding of ["relaxed", "strict"] as const) {
    strictEqual(agreesWithScalars(rounding), true);
  }
});

/** The product of two matrices, either turned or not, where it is known or not how V8 computes it. */
function productOf(
  [a, b]: readonly [Given, Given],
  revectorized?: boolean,
  [turnA, turnB]: readonly boolean[] = [],
) {
  const workspace = new CompiledWorkspace("strict", { revectorized });
  const inputs = { a: [a.shape, "float32"], b: [b.shape, "float32"] } as const;
  const program = workspace.compile(
    { name: "product", inputs },
    ({ input }) => ({ outputs: { c: tf.matMul(input.a, input.b, turnA, turnB) } }),
  );
  program.input.a.set(a.values);
  program.input.b.set(b.values);
  program.run();
  return { workspace, c: program.readNow("c") };
}

Deno.test("where re-vectorised products differ, others take their place with a notice", () => {
  const given = [noise([20, 70], 1), noise([70, 40], 2)] as const;
  const made = (revectorized?: boolean) => {
    const { workspace, c } = productOf(given, revectorized);
    const table = explanationTable(workspace.explain(true)[0]);
    return { table, c, notices: [...workspace.notices(), ...workspace.notices()] };
  };
  const [unknown, on, differs] = [made(), made(true), made(false)];
  deepStrictEqual([unknown.notices, on.notices], [[], []]);
  strictEqual(differs.notices.length, 1);
  match(differs.notices[0], /^Compiled steps keep to vectors of 128 bits as /);
  match(on.table, /^product on wasm-strict, 256-bit products[:,]/);
  for (const { table } of [unknown, differs]) match(table, /^product on wasm-strict[:,] (?!256)/);
  deepStrictEqual(differs.c, on.c);
});

Deno.test("the forms of a product leave the same bits, whatever its lengths", () => {
  const tails = [[8, 33, 16], [16, 128, 37], [31, 257, 5]];
  for (const [rows, inner, columns] of [...tails, [261, 129, 18], [523, 40, 16]]) {
    for (const turned of [[false, false], [true, false], [false, true]]) {
      const [transposeA, transposeB] = turned;
      const a = noise(transposeA ? [inner, rows] : [rows, inner], 1);
      const b = noise(transposeB ? [columns, inner] : [inner, columns], 2);
      const forms = [undefined, true, false].map((form) => productOf([a, b], form, turned).c);
      const at = (values: Float32Array, shape: readonly number[], turned: boolean) =>
        turned
          ? (i: number, k: number) => values[k * shape[1] + i]
          : (i: number, k: number) => values[i * shape[1] + k];
      const [left, right] = [
        at(a.values as Float32Array, a.shape, transposeA),
        at(b.values as Float32Array, b.shape, !transposeB),
      ];
      const scalar = Float32Array.from({ length: rows * columns }, (_, n) => {
        const [i, j] = [Math.floor(n / columns), n % columns];
        let total = 0;
        for (let block = 0; block < inner; block += 256) {
          let sum = 0;
          for (let k = block; k < Math.min(block + 256, inner); k++) {
            sum = Math.fround(sum + Math.fround(left(i, k) * right(j, k)));
          }
          total = block === 0 ? sum : Math.fround(total + sum);
        }
        return total;
      });
      for (const found of forms) deepStrictEqual(found, scalar, `${rows} ${inner} ${columns}`);
    }
  }
});

/** Elementary functions of a matrix with a row, a column, a number and sums in all directions. */
function functionsOf(
  given: readonly [x: Given, bias: Given, scale: Given],
  revectorized?: boolean,
) {
  const workspace = new CompiledWorkspace("strict", { revectorized, fallback: false });
  const [x, bias, scale] = given.map(({ shape }) => [shape, "float32"] as const);
  const program = workspace.compile(
    { name: "functions", inputs: { x, bias, scale } },
    ({ input }) => {
      const y = tf.tanh(tf.add(tf.mul(input.x, input.scale), input.bias));
      const z = tf.log1p(tf.exp(y));
      return {
        outputs: {
          y,
          z,
          rows: tf.sum(z, 1),
          columns: tf.sum(z, 0),
          all: tf.sum(z),
          most: tf.max(y, 1),
        },
      };
    },
  );
  (["x", "bias", "scale"] as const).forEach((name, i) => program.input[name].set(given[i].values));
  program.run();
  const outputs = ["y", "z", "rows", "columns", "all", "most"] as const;
  return outputs.map((name) => program.readNow(name));
}

Deno.test("elementary functions leave the same bits one vector a turn or two, whatever their lengths", () => {
  for (const columns of [1, 4, 7, 8, 9, 12, 15, 16, 21, 40]) {
    for (const rows of [1, 3]) {
      const given = [noise([rows, columns], 1), noise([columns], 2), noise([rows, 1], 3)] as const;
      const [one, two] = [undefined, true].map((revectorized) => functionsOf(given, revectorized));
      deepStrictEqual(two, one, `${rows} × ${columns}`);
    }
  }
});

Deno.test("what is put right behind a branch is so one vector a turn or two", () => {
  const wide = (given: Given): Given => ({
    ...given,
    values: Float32Array.from(given.values, (x, i) => i % 5 === 3 ? x * 1e7 : x),
  });
  const over = (given: Given): Given => ({
    ...given,
    values: Float32Array.from(given.values, (x, i) => i % 3 === 1 ? Infinity * x : x),
  });
  const given = { x: wide(noise([3, 21], 1)), y: over(noise([3, 21], 2)) };
  const [one, two] = [undefined, true].map((revectorized) => {
    const workspace = new CompiledWorkspace("strict", { revectorized });
    const inputs = { x: [[3, 21], "float32"], y: [[3, 21], "float32"] } as const;
    const program = workspace.compile({ name: "far", inputs }, ({ input: { x, y } }) => {
      const [sin, cos] = [tf.sin(x), tf.cos(x)];
      const wave = tf.mul(tf.exp(sin), cos);
      return { outputs: { sin, wave, sum: tf.sum(cos, 1), left: tf.exp(tf.neg(tf.mod(x, y))) } };
    });
    program.input.x.set(given.x.values);
    program.input.y.set(given.y.values);
    program.run();
    return (["sin", "wave", "sum", "left"] as const).map((name) => program.readNow(name));
  });
  deepStrictEqual(two, one);
  within("sin", 4, given.x.values, two[0], Math.sin);
});

/** The commands of the lab's tasks, by name. */
async function commands(): Promise<Readonly<Record<string, string>>> {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  return Object.fromEntries(
    Object.entries<{ command?: string }>(tasks).map(([name, { command = "" }]) => [name, command]),
  );
}

Deno.test("every task of the command line starts alike, and its runs know how", async () => {
  const all = await commands();
  const [asked] = /export REVERIE_V8_FLAGS=.*(?=deno run)/.exec(all.experiment)!;
  for (const [name, command] of Object.entries(all)) {
    if (!command.includes(" cli/main.ts")) continue;
    ok(command.includes(asked), name);
    match(command, / --v8-flags=\$REVERIE_V8_FLAGS /, name);
    match(command, /--allow-env=\S*,REVERIE_V8_FLAGS/, name);
  }
});

Deno.test("a task starts where V8 does not know its flag", async () => {
  const known = (await commands()).experiment;
  const unknown = known.replace(flag, "--no-flag-of-this-name");
  for (const command of [known, unknown]) {
    const { code, stdout, stderr } = await new Deno.Command("sh", {
      args: ["-c", `${command} list --json`],
      cwd: root,
      env: { INIT_CWD: root.pathname, NO_COLOR: "1" },
    }).output();
    strictEqual(code, 0, new TextDecoder().decode(stderr));
    ok(stdout.length > 0);
  }
});
