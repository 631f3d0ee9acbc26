/** What data sets hold, what models take, and whether the two fit. */
import { deepStrictEqual, doesNotThrow, strictEqual, throws } from "node:assert";
import {
  checkTakes,
  classNamesOf,
  dataHeld,
  type Dataset,
  dataTaken,
  type DataTakes,
  gatherExamples,
  type Holdings,
  holdingsOf,
  requireData,
  type Split,
  takesData,
} from "../../../lab/core/dataset.ts";

Deno.test("a model takes the examples that it names, of the values that it names", () => {
  const fits = (takes: Partial<DataTakes>, held: Partial<Holdings>) =>
    takesData({ examples: ["images"], ...takes }, { kind: "images", ...held });
  deepStrictEqual([fits({}, {}), fits({}, { kind: "points" })], [true, false]);
  const both: DataTakes = { examples: ["images", "text"] };
  deepStrictEqual([takesData(both, { kind: "text" }), takesData(both, { kind: "points" })], [
    true,
    false,
  ]);
  // By what the model takes: bits alone, other numbers alone, either.
  const ofValues = (values: DataTakes["values"]) =>
    [{ binary: true }, { binary: false }, {}, { bipolar: true }].map((held) =>
      fits({ values }, held)
    );
  deepStrictEqual(ofValues("binary"), [true, false, false, false]);
  deepStrictEqual(ofValues("bipolar"), [false, false, false, true]);
  deepStrictEqual(ofValues("continuous"), [false, true, true, true]);
  deepStrictEqual(ofValues(undefined), [true, true, true, true]);
  for (const values of ["binary", "bipolar", "continuous"] as const) {
    strictEqual(takesData({ ...both, values }, { kind: "text" }), true, "text is neither");
  }
});

Deno.test("labels and partners are asked for, or not looked at", () => {
  const fits = (takes: Partial<DataTakes>) =>
    [
      {},
      { labels: true },
      { partners: true },
      { partners: true, unpaired: true },
    ].map((held) => takesData({ examples: ["images"], ...takes }, { kind: "images", ...held }));
  deepStrictEqual(fits({}), [true, true, true, true]);
  deepStrictEqual(fits({ labels: "optional" }), [true, true, true, true]);
  deepStrictEqual(fits({ labels: "required" }), [false, true, false, false]);
  deepStrictEqual(fits({ partners: "required" }), [false, false, true, false]);
  deepStrictEqual(fits({ partners: "any" }), [false, false, true, true]);
});

Deno.test("what is taken and what is held are said in the same words", () => {
  const taken: [DataTakes, string][] = [
    [{ examples: ["images", "points"] }, "images or points"],
    [{ examples: ["images"], labels: "optional" }, "images"],
    [{ examples: ["images"], labels: "required", values: "binary" }, "binary images with labels"],
    [{ examples: ["points"], values: "continuous" }, "continuous points"],
    [{ examples: ["points"], values: "bipolar" }, "bipolar (−1 and 1) points"],
    [{ examples: ["images"], partners: "required" }, "images in pairs"],
    [{ examples: ["images"], partners: "any" }, "images of two kinds"],
  ];
  for (const [takes, text] of taken) strictEqual(dataTaken(takes), text);
  const held: [Holdings, string][] = [
    [{ kind: "text" }, "text"],
    [{ kind: "images", binary: true, labels: true }, "binary images with labels"],
    [{ kind: "images", partners: true }, "images in pairs"],
    [{ kind: "images", partners: true, unpaired: true }, "images of two kinds"],
    [{ kind: "images", unpaired: true }, "images"],
    [{ kind: "points", bipolar: true }, "bipolar (−1 and 1) points"],
  ];
  for (const [holds, text] of held) strictEqual(dataHeld(holds), text);
});

Deno.test("a data set that a model cannot learn from is refused with those that can", () => {
  const model = { name: "pairs", takes: { examples: ["images"], partners: "any" } } as const;
  doesNotThrow(() => requireData(model, "maps", { kind: "images", partners: true }, ["x"]));
  const line = "Cannot train pairs on dots as it takes images of two kinds: dots holds points";
  for (
    const [others, end] of [
      [undefined, ""],
      [[], ". Models that fit: none"],
      [["vae", "gan"], ". Models that fit: vae, gan"],
    ] as const
  ) {
    throws(() => requireData(model, "dots", { kind: "points" }, others), {
      name: "InputError",
      message: `${line}${end}`,
    });
  }
});

Deno.test("what no data set is, a model cannot take", () => {
  doesNotThrow(() => checkTakes("define it", { examples: ["images", "text"], labels: "optional" }));
  const wrong: [object, RegExp][] = [
    [{}, /^Cannot define it by its takes as examples must be a list: undefined$/],
    [{ examples: ["image"] }, /no kind of examples "image" \(did you mean "images"\?\)/],
    [{ examples: [], labels: "needed" }, /no labels "needed".*optional, required/],
    [{ examples: [], partners: "optional" }, /no partners "optional".*required, any/],
    [{ examples: [], values: "bits" }, /no values "bits".*binary, bipolar, continuous/],
    [{ examples: [], label: "required" }, /no field "label" \(did you mean "labels"\?\)/],
  ];
  for (const [takes, message] of wrong) {
    throws(() => checkTakes("define it", takes as DataTakes), { name: "InputError", message });
  }
});

/** A split of points whose every part says what it has. */
const split = (values: number[], more: Partial<Split> = {}): Split => ({
  count: values.length,
  values: Float32Array.from(values),
  ...more,
});
const whole = (more: Partial<Dataset>): Dataset => ({
  ...{ name: "dots", seed: 1, kind: "points", shape: [1] },
  ...{ train: split([0, 1]), validation: split([1]), test: split([0]), ...more },
});

Deno.test("a data set holds what all three of its splits hold", () => {
  const parts = ["train", "validation", "test"] as const;
  deepStrictEqual(holdingsOf(whole({})), {
    ...{ kind: "points", labels: false, partners: false, binary: true },
  });
  const full = split([1, 0], { labels: Uint8Array.of(0, 1), partners: Float32Array.of(2, 3) });
  const all = { train: full, validation: full, test: full };
  deepStrictEqual(holdingsOf(whole({ ...all, classes: 2, unpaired: true })), {
    ...{ kind: "points", labels: true, partners: true, unpaired: true, binary: true },
  });
  strictEqual(holdingsOf(whole(all)).labels, false, "labels of no classes");
  for (const part of parts) {
    const { labels, partners } = holdingsOf(whole({ ...all, classes: 2, [part]: split([1]) }));
    deepStrictEqual([labels, partners], [false, false], part);
    strictEqual(holdingsOf(whole({ [part]: split([0.5]) })).binary, false, part);
  }
  const signs = split([-1, 1]);
  const signed = { train: signs, validation: signs, test: signs };
  strictEqual(holdingsOf(whole(signed)).bipolar, true);
  for (const part of parts) {
    strictEqual(holdingsOf(whole({ ...signed, [part]: split([0]) })).bipolar, undefined, part);
  }
  // What is read as it is needed says so itself, whatever the first examples are.
  for (const binary of [true, false]) {
    const reader = { size: 1, binary, gather: () => {} };
    strictEqual(holdingsOf(whole({ train: split([binary ? 0.5 : 1], { reader }) })).binary, binary);
  }
});

Deno.test("classes have their names, or their numbers", () => {
  deepStrictEqual(classNamesOf(whole({ classes: 3 })), ["0", "1", "2"]);
  deepStrictEqual(classNamesOf(whole({ classes: 2, classNames: ["no", "yes"] })), ["no", "yes"]);
  deepStrictEqual(classNamesOf(whole({})), []);
});

Deno.test("examples are gathered from memory, or by whoever reads them", () => {
  const to = new Float32Array(5).fill(-1);
  gatherExamples(split([1, 2, 3, 4, 5, 6]), [2, 0], 2, to);
  deepStrictEqual([...to], [5, 6, 1, 2, -1]);
  const asked: unknown[] = [];
  const reader = {
    ...{ size: 2, binary: false },
    gather: (rows: ArrayLike<number>, into: Float32Array) => {
      asked.push([...Array.from(rows), into === to]);
    },
  };
  gatherExamples(split([1, 2], { reader }), [7, 9], 2, to);
  deepStrictEqual([asked, [...to]], [[[7, 9, true]], [5, 6, 1, 2, -1]]);
});
