import { deepStrictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { emptyHistory, throughHistory } from "../../../models/adversarial/history.ts";
import { onCpu } from "../worked.ts";

Deno.test("a history fills up, then exchanges older examples for newer ones by even chance", () =>
  onCpu(() => {
    let kept: Record<string, tf.Tensor> = Object.fromEntries(
      Object.entries(emptyHistory("fakes", 3, 1)).map(([name, { values, shape }]) => [
        name,
        tf.tensor(values, [...shape]),
      ]),
    );
    const round = (made: number[], place: number, old: number[]) => {
      const column = (numbers: number[]) => tf.tensor(numbers, [numbers.length, 1]);
      const noise = { place: tf.scalar(place), old: column(old) };
      const next = throughHistory(kept, "fakes", column(made), noise);
      ({ kept } = next);
      return [...next.shown.dataSync()];
    };
    const held = () => [...kept["fakes/examples"].dataSync()];
    // Places that are free take what is made, whatever the chance: 2 and, round the end, 0.
    deepStrictEqual(round([10, 11], 0.7, [0.1, 0.9]), [10, 11]);
    deepStrictEqual(held(), [11, 0, 10]);
    // Place 1 is free; place 2 is full, and its example is exchanged.
    deepStrictEqual(round([20, 21], 0.4, [0.1, 0.1]), [20, 10]);
    deepStrictEqual(held(), [11, 20, 21]);
    // Above one half what is made is shown and not kept.
    deepStrictEqual(round([30, 31], 0, [0.6, 0.2]), [30, 20]);
    deepStrictEqual(held(), [11, 31, 21]);
  }));
