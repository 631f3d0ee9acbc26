import { deepStrictEqual, ok, strictEqual } from "node:assert";
import fc from "fast-check";
import { evaluatedFigures } from "../../cli/terminal/figures.ts";
import { bytes, count, duration, figure, plural, table, width } from "../../cli/terminal/format.ts";
import { capturedIo } from "./captured_io.ts";

Deno.test("figures are short, and NaN and infinities keep their names", () => {
  strictEqual(figure(487.25), "487.3");
  strictEqual(figure(12345.6), "12346");
  strictEqual(figure(0.00012345), "0.000123");
  strictEqual(figure(0), "0");
  strictEqual(figure(NaN), "NaN");
  strictEqual(figure(-Infinity), "-∞");
  strictEqual(figure(undefined), "–");
});

Deno.test("no finite figure takes more than ten characters", () => {
  fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
    ok(figure(value).length <= 10, figure(value));
  }));
});

Deno.test("times are minutes and seconds, with hours where there are any", () => {
  strictEqual(duration(7.4), "0:07");
  strictEqual(duration(59.6), "1:00");
  strictEqual(duration(3723), "1:02:03");
  strictEqual(duration(Infinity), "–");
});

Deno.test("counts have separators, bytes have units, nouns have their plural", () => {
  strictEqual(count(1234567), "1,234,567");
  strictEqual(count(NaN), "–");
  strictEqual(bytes(999), "999 B");
  strictEqual(bytes(1_234_000), "1.2 MB");
  strictEqual(plural(1, "run"), "1 run");
  strictEqual(plural(1200, "run"), "1,200 runs");
});

Deno.test("a table that is too wide wraps its flexible column and fits", () => {
  const long = "a sentence that is much longer than what is left of the line for it";
  const columns = [{ title: "name" }, { title: "meaning", flexible: true }, { title: "n" }];
  for (const wide of [40, 60, 200]) {
    const io = capturedIo({ columns: wide });
    const lines = table(columns, [["cartpole-ppo", long, "7"]], io).split("\n");
    ok(lines.every((line) => width(line) <= wide), lines.join("\n"));
    strictEqual(lines.length > 2, wide < 100);
  }
});

Deno.test("a word that is wider than its column is cut into lines, none of it left out", () => {
  const columns = [{ title: "experiment", flexible: true }, { title: "n" }];
  const words = ["cartpole-a2c (agent.gamma=0.98)", "x".repeat(50)];
  const io = capturedIo({ columns: 20 });
  const lines = table(columns, words.map((word) => [word, "3"]), io).split("\n");
  ok(lines.every((line) => width(line) <= 20), lines.join("\n"));
  deepStrictEqual(lines.slice(1, 4), ["cartpole-a2c       3", "(agent.gamma=", "0.98)"]);
  strictEqual(lines.slice(4).join("").replaceAll(/[^x]/g, ""), words[1]);
});

Deno.test("an evaluated figure has that of real examples beside it", () => {
  const metrics = { "evaluation/recognised": 0.85, "ceiling/recognised": 0.96, "losses/kl": 1 };
  strictEqual(evaluatedFigures(metrics), "recognised 0.85 (real 0.96)");
  strictEqual(evaluatedFigures({ "evaluation/return_mean": 12 }), "return 12.0");
  const many = Object.fromEntries(
    ["kl", "a", "b", "c", "recognised"].map((name, i) => [`evaluation/${name}`, i]),
  );
  strictEqual(evaluatedFigures(many), "recognised 4, kl 0, a 1, b 2, …");
});
