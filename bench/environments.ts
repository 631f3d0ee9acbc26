/**
 * Environment steps alone, with actions drawn beforehand.
 *
 * @module
 */
import { makeEnv } from "../envs/mod.ts";
import { VectorEnvironment } from "../lab/core/vector.ts";
import type { Bench } from "./groups.ts";
import { measure } from "./measure.ts";
import { type Row, row } from "./row.ts";
import { choices, numbersOf } from "./steps/step.ts";

const count = 8;
const length = 1000;
const unit = "environment steps/s";

/** Steps a second of CartPole-v1, alone and eight side by side. */
export async function* environments({ progress }: Bench): AsyncIterable<Row> {
  progress("CartPole-v1");
  const actions = choices(numbersOf("actions"), length * count, 2);
  const rows = Array.from({ length }, (_, t) => actions.subarray(t * count, (t + 1) * count));

  const stepped = makeEnv("CartPole-v1");
  stepped.reset({ seed: 1 });
  const written = makeEnv("CartPole-v1");
  written.reset({ seed: 1 });
  const observation = new Float32Array(4);
  const vector = new VectorEnvironment(() => makeEnv("CartPole-v1"), count, {
    autoreset: "same-step",
  });
  vector.reset({ seeds: Array.from({ length: count }, (_, i) => i) });

  const milliseconds = await measure({
    step: () => {
      for (let t = 0; t < length; t++) {
        const { terminated, truncated } = stepped.step(actions[t]);
        if (terminated || truncated) stepped.reset();
      }
    },
    stepInto: () => {
      for (let t = 0; t < length; t++) {
        const { terminated, truncated } = written.stepInto!(actions[t], observation, 0);
        if (terminated || truncated) written.reset();
      }
    },
    vector: () => {
      for (let t = 0; t < length; t++) vector.step(rows[t]);
    },
  });
  yield row("CartPole-v1, step", length * 1000 / milliseconds.step, unit);
  yield row("CartPole-v1, stepInto", length * 1000 / milliseconds.stepInto, unit);
  yield row(`CartPole-v1, vector of ${count}`, length * count * 1000 / milliseconds.vector, unit);
}
