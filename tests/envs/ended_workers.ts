/**
 * A program whose vector's workers are ended before their time, or fail to be: `late`, `start` or
 * `close`. It must end by itself, having said why.
 *
 * @module
 */
import { makeVectorEnv, type VectorOptions } from "../../envs/mod.ts";
import "./slow_world.ts";

const module = new URL("./slow_world.ts", import.meta.url).href;
const vectorOf = (id: string, options: Partial<VectorOptions>) =>
  makeVectorEnv(id, { count: 5, workers: 2, module, ...options });

const programs: Readonly<Record<string, () => void>> = {
  late() {
    // Both come back from the step long after they were given up.
    const vector = vectorOf("SlowCartPole-v0", { options: { rounds: 3e8 }, answerSeconds: 0.5 });
    vector.reset({ seed: 1 });
    vector.step([0, 0, 0, 0, 0]);
  },
  start() {
    vectorOf("CrowdedCartPole-v0", {});
  },
  close() {
    vectorOf("UnclosedCartPole-v0", {}).close();
  },
};

try {
  programs[Deno.args[0]]();
} catch (error) {
  console.log((error as Error).message);
}
