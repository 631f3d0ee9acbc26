import { deepStrictEqual, notStrictEqual, strictEqual } from "node:assert";
import fc from "fast-check";
import { labelsOf, marksOf } from "../../web/marks.ts";

Deno.test("a configuration keeps its colour whatever comes beside it later", () => {
  fc.assert(fc.property(fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 30 }), (keys) => {
    const marks = marksOf(keys);
    strictEqual(new Set(marks).size, keys.length);
    deepStrictEqual(marksOf(keys.slice(0, -1)), marks.slice(0, -1));
    // Eight colours before any comes a second time.
    strictEqual(new Set(marks.slice(0, 8).map((mark) => mark % 8)).size, Math.min(8, keys.length));
  }));
  // FNV-1a of "a" and "foobar", by the table of Fowler, Noll and Vo; "i" has the colour of "a".
  deepStrictEqual(marksOf(["a", "foobar"]), [0xe40c292c % 8, 0xbf9cf968 % 8]);
  deepStrictEqual(marksOf(["a", "i"]), [4, 5]);
  // What was there before it does not matter unless it has the same colour.
  const [alone] = marksOf(["b"]);
  const other = ["c", "d", "e", "f"].find((key) => marksOf([key])[0] !== alone)!;
  strictEqual(marksOf([other, "b"])[1], alone);
});

const group = (settings: Record<string, string>, called = "cartpole", backend = "wasm") => ({
  called,
  backend,
  settings,
});

Deno.test("labels hold the settings that tell most groups apart, and an outlier's in its own", () => {
  const rates = ["0.1", "0.01", "0.001"].map((rate) =>
    group({ "agent.learningRate": rate, "agent.gamma": "0.99", "agent.clip": "0.2" })
  );
  const outlier = group({
    "agent.learningRate": "0.01",
    "agent.gamma": "0.9",
    "agent.clip": "0.2",
  });
  deepStrictEqual(labelsOf([...rates, outlier]), [
    "learningRate=0.1",
    "learningRate=0.01",
    "learningRate=0.001",
    "learningRate=0.01, gamma=0.9",
  ]);
});

Deno.test("labels have what groups are called where that differs, and no setting that says nothing", () => {
  deepStrictEqual(
    labelsOf([group({ "agent.name": "ppo" }, "a"), group({ "agent.name": "dqn" }, "b")]),
    ["a", "b"],
  );
  deepStrictEqual(labelsOf([group({})]), ["cartpole"]);
  deepStrictEqual(
    labelsOf([group({ x: "1" }, "a"), group({ x: "2" }, "a"), group({}, "b")]),
    ["a (x=1)", "a (x=2)", "b"],
  );
  deepStrictEqual(labelsOf([group({}), group({}, "cartpole", "native")]), [
    "backend=wasm",
    "backend=native",
  ]);
});

Deno.test("names that end alike are told apart", () => {
  const labels = labelsOf([
    group({ "agent.width": "1", "model.width": "1" }),
    group({ "agent.width": "1", "model.width": "2" }),
    group({ "agent.width": "2", "model.width": "1" }),
    group({ "agent.width": "2", "model.width": "2" }),
  ]);
  strictEqual(labels[3], "agent.width=2, model.width=2");
  notStrictEqual(labels[1], labels[2]);
});

Deno.test("labels hold as few digits as tell their groups apart", () => {
  const rates = ["0.002613557435", "0.0051680508", "0.03"].map((rate) =>
    group({ "agent.learningRate": rate })
  );
  deepStrictEqual(labelsOf(rates), [
    "learningRate=0.00261",
    "learningRate=0.00517",
    "learningRate=0.03",
  ]);
});

Deno.test("a world's name tells groups apart before the options that come with it", () => {
  const worlds = [
    group({ "environment.id": "CartPole-v1" }),
    group({ "environment.id": "Acrobot-v1", "environment.bookOrNips": "book" }),
  ];
  deepStrictEqual(labelsOf(worlds), ["id=CartPole-v1", "id=Acrobot-v1"]);
});
