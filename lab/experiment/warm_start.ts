/**
 * Warm starts: a new run that begins with what another one learned.
 *
 * @module
 */
import { InputError, nearest } from "../core/errors.ts";
import type { Snapshot } from "../core/snapshot.ts";
import type { NamedTensors, TensorData } from "../core/tensor_data.ts";
import type { Trainer } from "../core/trainer.ts";

/** Group of a snapshot's state that holds a copy of the parameters (a target network). */
const TARGET = "target/";

/** Groups of what a model keeps of its parameters' course: averages, and running state. */
const LEARNED = /^(average|kept)\//;

/**
 * Puts what another run learned in place of a fresh trainer's own: its parameters, in the target
 * network too, moving averages and kept state, moments of observations and rewards. So both act
 * alike. Optimizers, schedules, streams and replay begin as they would.
 *
 * @param source Its replay is not looked at.
 * @throws InputError of one line where names or shapes differ, or observations are normalised for one
 *   of the two only.
 */
export async function startFrom(trainer: Trainer, source: Snapshot): Promise<void> {
  const snapshot = await trainer.snapshot();
  const { parameters } = source;
  checkWeights(snapshot.parameters, parameters);
  const learned = ([name, own]: [string, TensorData]): [string, TensorData] => {
    const theirs = name.startsWith(TARGET)
      ? parameters[name.slice(TARGET.length)]
      : LEARNED.test(name)
      ? source.state[name]
      : undefined;
    return [name, `${theirs?.shape}` === `${own.shape}` ? theirs! : own];
  };
  const state = Object.fromEntries(Object.entries(snapshot.state).map(learned));
  await trainer.restore({ ...snapshot, parameters, state });
  trainer.inherit?.(source);
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
