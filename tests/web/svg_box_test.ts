import { deepStrictEqual, ok } from "node:assert";
import {
  boxBeside,
  categoriesAlong,
  rowsOf,
  ticksAlong,
  ticksUp,
  WIDTH,
} from "../../web/components/svg_box.ts";

const ticksAt = (...places: readonly (readonly [at: number, label: string])[]) =>
  places.map(([at, label]) => ({ at, label }));
const labels = (ticks: readonly { readonly label: string }[]) => ticks.map(({ label }) => label);

Deno.test("a box begins where its longest label ends", () => {
  deepStrictEqual([boxBeside([]).left, boxBeside(["0", "10"]).left], [64, 64]);
  const long = boxBeside(["0", "-1,234.5"]);
  // Eight letters of a phone's eleven units.
  ok(long.left >= 8 * 11 && long.left < WIDTH / 4);
});

Deno.test("labels that would lie over each other are left out, those of the ends last", () => {
  const box = boxBeside([]); // 246 high, 556 wide
  const up = (...places: readonly number[]) =>
    labels(ticksUp(ticksAt(...places.map((at) => [at, String(at)] as const)), box));
  deepStrictEqual(up(), []);
  deepStrictEqual(up(0.5), ["0.5"]);
  deepStrictEqual(up(0.1, 0.15, 0.2, 0.5, 0.88, 0.94), ["0.1", "0.2", "0.5", "0.94"]);
  deepStrictEqual(up(0.1, 0.12, 0.14), ["0.1"]);
  const along = (letters: number, ...places: readonly (readonly [number, string])[]) =>
    labels(ticksAlong(ticksAt(...places), box, letters));
  const words = [[0.1, "0.001"], [0.2, "0.002"], [0.9, "0.5"]] as const;
  deepStrictEqual(along(16, ...words), ["0.001", "0.5"]);
  deepStrictEqual(along(3, ...words), ["0.001", "0.002", "0.5"]);
});

Deno.test("categories have all their labels, in two rows or shortened, as long as they are few", () => {
  const box = boxBeside([]);
  const along = (...names: readonly string[]) =>
    categoriesAlong(
      ticksAt(...names.map((name, i) => [(i + 0.5) / names.length, name] as const)),
      box,
    );
  const rows = (names: readonly string[]) => along(...names)?.map(({ label, row }) => [label, row]);
  deepStrictEqual(rows(["a", "b"]), [["a", 0], ["b", 0]]);
  const bandits = ["epsilon-greedy", "gradient", "thompson", "ucb"].map((name) => `${name}-bandit`);
  deepStrictEqual(rows(bandits), bandits.map((name, i) => [name, i % 2]));
  // At the ends they stay within the drawing.
  const wide = ["a".repeat(24), "b", "c", "d".repeat(24)];
  deepStrictEqual(along(...wide)!.map(({ x }) => x), [133.5, 272.5, 411.5, WIDTH - 132]);
  const long = Array.from({ length: 8 }, (_, i) => `${i} a name of some length`);
  const shown = along(...long)!;
  deepStrictEqual(shown.map(({ name }) => name), long);
  ok(
    shown.every(({ label, row }, i) =>
      label.startsWith(`${i} a`) && label.endsWith("…") && row < 2
    ),
  );
  ok(shown.every(({ x, label }) => x - 5.5 * label.length >= 0 && x + 5.5 * label.length <= WIDTH));
  deepStrictEqual(along(...Array.from({ length: 40 }, (_, i) => `number ${i}`)), undefined);
});

Deno.test("names below axes take another row where they would lie over each other", () => {
  const names = ["learningRate", "gamma", "environments", "evaluation return mean"];
  const anchors = ["start", "middle", "middle", "end"] as const;
  const rows = (...labels: readonly string[]) =>
    rowsOf(labels.map((label, i) => ({ label, x: 64 + i * 556 / 3, anchor: anchors[i] })));
  deepStrictEqual(rows(), []);
  deepStrictEqual(rows(...names), [0, 0, 0, 1]);
  // Where the one before it has gone to the second row, the first is free again.
  deepStrictEqual(rows("rolloutLengthOfEach", "learningRate", "x", "iqm"), [0, 1, 0, 0]);
  deepStrictEqual(rows("optimizerEpsilon", "optimizerMomentum", "a".repeat(40), "loss"), [
    ...[0, 1, 2, 0],
  ]);
});
