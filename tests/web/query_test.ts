/** What pages read from an address, and what they refuse. */
import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { axes } from "../../web/axes.ts";
import { MOST_GROUPS } from "../../web/comparison_size.ts";
import {
  axisFrom,
  groupsFrom,
  logFrom,
  numberFrom,
  passedOver,
  rangeFrom,
  smoothingFrom,
  trimmedFrom,
} from "../../web/query.ts";
import { readableRequestOf, requestOf } from "../../web/routes/api/comparison.ts";
import { queryOfView, viewFrom } from "../../web/run_view.ts";

const query = (text: string) => new URLSearchParams(text);

Deno.test("a comparison is asked for by each of its keys, and by the usual for the rest", () => {
  const usual = {
    ...{ runs: [], filter: "", metric: undefined, axis: undefined, smoothing: 0 },
    ...{ most: undefined, range: undefined },
  };
  const cases: Record<string, object> = {
    "": usual,
    "paired=0": usual,
    "paired=1": { ...usual, paired: true },
    "run=a&run=b": { ...usual, runs: ["a", "b"] },
    "filter=ppo&metric=losses%2Fkl&smoothing=0.25&axis=wallSeconds&groups=7.9&from=1&to=2": {
      ...{ ...usual, filter: "ppo", metric: "losses/kl", smoothing: 0.25, axis: "wallSeconds" },
      ...{ most: 7, range: { from: 1, to: 2 } },
    },
  };
  for (const [text, request] of Object.entries(cases)) {
    deepStrictEqual([text, requestOf(query(text))], [text, request]);
  }
});

Deno.test("numbers lie within their bounds, axes are known, and a range has one end at least", () => {
  const number = (text: string) =>
    numberFrom(query(text), "n", { low: -1, high: 2, fallback: 0.5 });
  deepStrictEqual(["", "n=-1", "n=2", "n=0", "m=9"].map(number), [0.5, -1, 2, 0, 0.5]);
  for (const text of ["n=", "n=%20", "n=x", "n=NaN", "n=-1.1", "n=2.1", "n=Infinity"]) {
    throws(() => number(text), { name: "InputError", message: /n must be from -1 to 2/ });
  }
  deepStrictEqual(axes.map(({ key }) => axisFrom(query(`axis=${key}`), "examples")), [
    ...axes.map(({ key }) => key),
  ]);
  strictEqual(axisFrom(query(""), "examples"), "examples");
  throws(() => axisFrom(query("axis=example"), "examples"), /did you mean "examples"/);
  deepStrictEqual(
    ["", "groups=1", `groups=${MOST_GROUPS}`].map((text) => groupsFrom(query(text))),
    [
      ...[undefined, 1, MOST_GROUPS],
    ],
  );
  for (const wrong of [0, MOST_GROUPS + 1]) throws(() => groupsFrom(query(`groups=${wrong}`)));
  deepStrictEqual(["", "smoothing=1"].map((text) => smoothingFrom(query(text))), [0, 1]);
  for (const wrong of ["-0.1", "1.1"]) throws(() => smoothingFrom(query(`smoothing=${wrong}`)));
  deepStrictEqual(["", "from=1", "to=-2", "from=3&to=4"].map((text) => rangeFrom(query(text))), [
    ...[undefined, { from: 1, to: Infinity }, { from: -Infinity, to: -2 }, { from: 3, to: 4 }],
  ]);
});

Deno.test("keys that a page does not know are told once each, with the nearest", () => {
  const known = ["filter", "axis"];
  strictEqual(passedOver(query("filter=a&axis=b"), known), undefined);
  strictEqual(
    passedOver(query("filtre=a&filtre=b&zzzzzz=1"), known),
    'Passed over in the address, as this page does not know it: "filtre" (did you mean "filter"?), ' +
      '"zzzzzz".',
  );
});

Deno.test("an axis is linear or logarithmic, and another one is passed over with its reason", () => {
  for (const [axis, name] of [["y", "scale"], ["x", "xscale"]] as const) {
    const texts = ["", `${name}=linear`, `${name}=log`];
    deepStrictEqual(texts.map((text) => logFrom(query(text), axis)), [false, false, true]);
    const pattern = new RegExp(`${axis} axis.*"lag".*did you mean "log"`);
    throws(() => logFrom(query(`${name}=lag`), axis), pattern);
  }
  const asked = (text: string) => {
    const { log, logX, passed, problems } = readableRequestOf(query(text));
    return [log, logX, passed, problems.length];
  };
  deepStrictEqual(asked("scale=log"), [true, false, undefined, 0]);
  deepStrictEqual(asked("xscale=log"), [false, true, undefined, 0]);
  deepStrictEqual(asked("scale=lag&xscale=log"), [false, true, undefined, 1]);
  deepStrictEqual(asked("xscale=lag"), [false, false, undefined, 1]);
});

Deno.test("outliers are shown or ignored, and the way there and back is the same", () => {
  const texts = ["", "outliers=shown", "outliers=ignored"];
  deepStrictEqual(texts.map((text) => trimmedFrom(query(text))), [false, false, true]);
  throws(() => trimmedFrom(query("outliers=ignore")), /did you mean "ignored"/);
  const { trimmed, problems } = readableRequestOf(query("outliers=ignored&scale=lag"));
  deepStrictEqual([trimmed, problems.length], [true, 1]);
  const { view, passed } = viewFrom(query("outliers=ignored"), "examples");
  deepStrictEqual([view.trimmed, passed], [true, undefined]);
  strictEqual(queryOfView(view, "examples"), "outliers=ignored");
});
