/**
 * Warm starts: a new run that begins with the weights of another.
 *
 * @module
 */
import { InputError, nearest } from "../core/errors.ts";
import type { NamedTensors } from "../core/tensor_data.ts";
import type { Trainer } from "../core/trainer.ts";

/** Group of a snapshot's state that holds a copy of the parameters (a target network). */
const TARGET = "target/";

/**
 * Puts `weights` in place of a fresh trainer's parameters, and of its target network where it has
 * one; optimizer state and everything else stays as it began.
 *
 * Throws an `InputError` of one line where names or shapes differ.
 */
export async function startFrom(trainer: Trainer, weights: NamedTensors): Promise<void> {
  const snapshot = await trainer.snapshot();
  checkWeights(snapshot.parameters, weights);
  const state = { ...snapshot.state };
  for (const [name, tensor] of Object.entries(weights)) {
    if (`${TARGET}${name}` in state) state[`${TARGET}${name}`] = tensor;
  }
  await trainer.restore({ ...snapshot, parameters: weights, state });
}

function checkWeights(own: NamedTensors, weights: NamedTensors): void {
  const missing = Object.keys(own).find((name) => !(name in weights));
  if (missing !== undefined) {
    const near = nearest(missing, Object.keys(weights));
    throw new InputError(
      `Cannot start from these weights as they must have ${missing}` +
        `${near === undefined ? "" : ` (the nearest is ${near})`}: ` +
        `they are ${Object.keys(weights).join(", ")}`,
    );
  }
  const extra = Object.keys(weights).find((name) => !(name in own));
  if (extra !== undefined) {
    throw new InputError(
      `Cannot start from these weights as there is no ${extra} to take them: ` +
        `there are ${Object.keys(own).join(", ")}`,
    );
  }
  for (const [name, { shape }] of Object.entries(own)) {
    if (`${weights[name].shape}` !== `${shape}`) {
      throw new InputError(
        `Cannot start from these weights as ${name} must be [${shape}]: [${weights[name].shape}]`,
      );
    }
  }
}
