import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { figureScale, scaleOf, unbroken } from "../../web/scales.ts";

Deno.test("numbers that lie far apart are placed by their logarithm", () => {
  const scale = scaleOf(["0.0001", "0.001", "0.01"]);
  strictEqual(scale.kind, "logarithmic");
  ok(Math.abs(scale.place("0.001")! - 0.5) < 1e-12);
  deepStrictEqual(scale.ticks.map(({ label }) => label), ["1e-4", "0.001", "0.01"]);
  strictEqual(scale.place("-1"), undefined);
});

Deno.test("of many values round numbers between them are marked", () => {
  const labels = (...values: number[]) => {
    const { ticks, place } = scaleOf(values);
    for (const { at, label } of ticks) ok(Math.abs(at - place(label)!) < 1e-12);
    return ticks.map(({ label }) => label);
  };
  deepStrictEqual(labels(1, 2, 3, 4, 5, 6, 7, 9), ["2", "4", "6", "8"]);
  deepStrictEqual(labels(31, 60, 70, 80, 100, 300, 800), ["50", "100", "200", "500"]);
  deepStrictEqual(labels(0.001, 0.002, 0.01, 0.1, 1, 3, 10), ["0.001", "0.01", "0.1", "1", "10"]);
  deepStrictEqual(labels(2e-9, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.5), [
    "1e-8",
    "1e-6",
    "1e-4",
    "0.01",
  ]);
});

Deno.test("where it is declared how numbers lie, that decides, however far apart they are", () => {
  const near = [0.0003, 0.0005, 0.0006, 0.0008, 0.001, 0.0012, 0.0013];
  const scale = scaleOf(near, "logarithmic");
  strictEqual(scale.kind, "logarithmic");
  ok(Math.abs(scale.place(Math.sqrt(0.0003 * 0.0013))! - 0.5) < 1e-12);
  deepStrictEqual(scale.ticks.map(({ label }) => label), ["5e-4", "0.001"]);
  // Between two powers round numbers are marked.
  const nearer = scaleOf([11, 12, 13, 14, 15, 16, 18], "logarithmic");
  deepStrictEqual(nearer.ticks.map(({ label }) => label), ["12", "14", "16", "18"]);
  const far = scaleOf([1, 1000], "linear");
  strictEqual(far.kind, "linear");
  // What has no logarithm stands evenly.
  strictEqual(scaleOf([0, 10], "logarithmic").kind, "linear");
  strictEqual(scaleOf(["relu", "tanh"], "logarithmic").kind, "categories");
});

Deno.test("near ones evenly, one alone in the middle, words by the alphabet", () => {
  const scale = scaleOf(["1", "2", "5"]);
  strictEqual(scale.kind, "linear");
  const [one, two, five] = [1, 2, 5].map((value) => scale.place(value)!);
  ok(Math.abs((two - one) / (five - one) - 0.25) < 1e-12);
  strictEqual(scaleOf([7]).place(7), 0.5);
  const words = scaleOf(["tanh", "relu", "[64,64]"]);
  deepStrictEqual(words.ticks.map(({ label }) => label), ["[64,64]", "relu", "tanh"]);
  deepStrictEqual([words.place("relu"), words.place("elu")], [0.5, undefined]);
});

Deno.test("what is no number is off the axis of numbers, and makes no categories of them", () => {
  const scale = scaleOf([100, "NaN", 250.5, "–", Infinity]);
  deepStrictEqual([scale.kind, scale.ticks.length], ["linear", 2]);
  deepStrictEqual(["NaN", "–", Infinity].map(scale.place), [undefined, undefined, undefined]);
  ok(scale.place(100)! < scale.place(250.5)!);
  strictEqual(scaleOf([7, "NaN"]).place("NaN"), undefined);
  deepStrictEqual(scaleOf(["–"]).kind, "categories");
});

Deno.test("up to six values are marked each, of more six at most, and every mark where its value is", () => {
  for (let count = 1; count <= 9; count++) {
    for (const valueOf of [(i: number) => 3 * i + 1, (i: number) => 3 * 7 ** i]) {
      const values = Array.from({ length: count }, (_, i) => valueOf(i));
      // In whichever order they come.
      const { ticks, place } = scaleOf(values.toReversed());
      if (count > 6) ok(ticks.length > 1 && ticks.length <= 6);
      else deepStrictEqual(ticks.map(({ at }) => at), values.map((value) => place(value)));
    }
  }
});

Deno.test("a line is broken at its gaps, wherever they lie", () => {
  const none = undefined;
  deepStrictEqual(unbroken([1, 2, none, 3, none, none, 4, 5]), [[1, 2], [3], [4, 5]]);
  deepStrictEqual(unbroken([none, 1, 2, none]), [[1, 2]]);
  deepStrictEqual(unbroken([none, none]), []);
});

Deno.test("figures have round numbers beside them, be they few, and one alone has itself", () => {
  const labels = (...figures: number[]) => {
    const { ticks, place } = figureScale(figures);
    for (const { at, label } of ticks) ok(Math.abs(at - place(label)!) < 1e-12);
    return ticks.map(({ label }) => label);
  };
  deepStrictEqual(labels(90.66, 433.5, 343.7), ["100", "200", "300", "400"]);
  deepStrictEqual(labels(0.1, 0.3), ["0.1", "0.15", "0.2", "0.25", "0.3"]);
  deepStrictEqual(labels(475.1, 475.1), ["475.1"]);
  strictEqual(figureScale([475.1]).place(475.1), 0.5);
  deepStrictEqual(labels(), []);
  // Not by their logarithm, however far apart they are.
  strictEqual(figureScale([1, 1000]).kind, "linear");
});

Deno.test("categories with numbers in them stand in the order of the numbers", () => {
  const { ticks } = scaleOf(["net-10", "net-9", "net-100"], "linear");
  deepStrictEqual(ticks.map(({ label }) => label), ["net-9", "net-10", "net-100"]);
  const noise = ["none", "by 0.1", "by 0.002", "by 0.01"];
  deepStrictEqual(scaleOf(noise).ticks.map(({ label }) => label), [
    ...["by 0.002", "by 0.01", "by 0.1", "none"],
  ]);
});

Deno.test("round numbers between figures are told with all their digits", () => {
  const labels = (...values: number[]) => figureScale(values).ticks.map(({ label }) => label);
  deepStrictEqual(labels(1.0034, 1.0041, 1.0051), ["1.0035", "1.004", "1.0045", "1.005"]);
  deepStrictEqual(labels(0, 250, 500), ["0", "100", "200", "300", "400", "500"]);
});
