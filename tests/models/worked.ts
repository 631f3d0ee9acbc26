/**
 * What tests of worked numbers share.
 *
 * @module
 */
import { ok, strictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { openWorkspace } from "../../lab/compute/backend.ts";

/** Fails where a number is off by more than the tolerance, relative above 1. */
export function near(actual: ArrayLike<number>, expected: readonly number[], tolerance = 1e-6) {
  strictEqual(actual.length, expected.length);
  expected.forEach((value, i) => {
    ok(
      Math.abs(actual[i] - value) <= tolerance * Math.max(1, Math.abs(value)),
      `${actual[i]} at ${i}, expected ${value}`,
    );
  });
}

/** The elements of a tensor. */
export const values = (tensor: tf.Tensor) => tensor.dataSync();

/** Runs on the cpu backend and frees what it made. */
export async function onCpu(test: () => void) {
  await openWorkspace("cpu");
  tf.engine().startScope();
  try {
    test();
  } finally {
    tf.engine().endScope();
  }
}
