/** Sines: what they are by draws that are told, and how often there is an anomaly. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { defaultRng, type Generator } from "../../../lab/core/random.ts";
import { anomalyNames, drawSines, sine } from "../../../models/datasets/sine.ts";
import { noFiles } from "../laboratory.ts";

const LENGTH = 64;

/** One sequence by told draws: every uniform one, whole ones in turn, every normal one. */
function told(
  { uniform = 0.5, whole = [], normal = 0, anomalies = 1 }: {
    uniform?: number;
    whole?: number[];
    normal?: number;
    anomalies?: number;
  },
) {
  const below: number[] = [];
  const random = {
    random: () => uniform,
    integers: (high: number) => {
      below.push(high);
      return whole[below.length - 1] ?? 0;
    },
    standardNormal: () => normal,
  } as unknown as Generator;
  const { values, labels } = drawSines(1, anomalies, random);
  return { values, label: labels![0], below };
}

function near(found: Float32Array, expected: (t: number) => number) {
  strictEqual(found.length, LENGTH);
  found.forEach((value, t) => {
    ok(Math.abs(value - expected(t)) < 1e-6, `${value} at ${t}, not ${expected(t)}`);
  });
}

/** By uniform draws of ½: a turn in 24 steps that begins at half a turn. */
const whole = (t: number) => -Math.sin(2 * Math.PI * t / 24);

Deno.test("a whole sequence is a sine of any phase, of a turn in 16 to 32 steps", () => {
  const { values, label } = told({ anomalies: 0.5 });
  strictEqual(label, 0);
  near(values, whole);
  near(told({ anomalies: 0, uniform: 0 }).values, (t) => Math.sin(2 * Math.PI * t / 16));
  const late = 1 - 1e-12;
  near(told({ uniform: late, anomalies: 0.5 }).values, (t) => Math.sin(2 * Math.PI * t / 32));
});

Deno.test("noise of 0.05 is added to each value", () => {
  near(told({ anomalies: 0, normal: 1 }).values, (t) => whole(t) + 0.05);
  near(told({ normal: -2, whole: [2, 30] }).values, (t) => {
    return whole(t >= 38 && t < 54 ? 38 : t) - 0.1;
  });
});

Deno.test("a spike is one value, by 1.5 to 2.5 above or below", () => {
  const { values, label, below } = told({ whole: [0, 10, 0] });
  deepStrictEqual([label, below], [1, [3, 40, 2]]);
  near(values, (t) => whole(t) + (t === 18 ? -2 : 0));
  near(told({ whole: [0, 0, 1] }).values, (t) => whole(t) + (t === 8 ? 2 : 0));
  const least = told({ uniform: 0, whole: [0, 5, 1] }).values;
  near(least, (t) => Math.sin(2 * Math.PI * t / 16) + (t === 13 ? 1.5 : 0));
});

Deno.test("from a jump on the sine has another phase, by a quarter of a turn at least", () => {
  const { values, label } = told({ whole: [1, 12] });
  strictEqual(label, 2);
  near(values, (t) => t < 20 ? whole(t) : -whole(t));
  near(told({ uniform: 0, whole: [1, 39] }).values, (t) => {
    return Math.sin(2 * Math.PI * (t < 47 ? t : t + 4) / 16);
  });
});

Deno.test("a flat part is sixteen values of one height, and the sine goes on behind it", () => {
  const { values, label } = told({ whole: [2, 39] });
  strictEqual(label, 3);
  near(values, (t) => whole(t >= 47 && t < 63 ? 47 : t));
});

Deno.test("each kind of anomaly is as frequent, and as many sequences have one as is said", () => {
  const labels = Array.from(drawSines(3000, 0.3, defaultRng(1)).labels!);
  const share = (label: number) => labels.filter((each) => each === label).length / 3000;
  ok(Math.abs(share(0) - 0.7) < 0.03, `${share(0)}`);
  for (const label of [1, 2, 3]) ok(Math.abs(share(label) - 0.1) < 0.025, `${share(label)}`);
});

Deno.test("the data set says which classes are anomalies, and has its share of them", async () => {
  const configuration = sine.configuration.parse({ train: 400, validation: 20, test: 20 });
  const made = await sine.create({ configuration, readFile: noFiles });
  deepStrictEqual([made.kind, made.shape, made.classes], ["sequences", [LENGTH, 1], 4]);
  deepStrictEqual([made.classNames, made.anomalous], [anomalyNames, [1, 2, 3]]);
  const odd = made.train.labels!.filter((label) => label > 0).length;
  ok(odd > 4 && odd < 45, `${odd}`);
  const none = await sine.create({
    configuration: { ...configuration, anomalies: 0 },
    readFile: noFiles,
  });
  ok(none.test.labels!.every((label) => label === 0));
});
