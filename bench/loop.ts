/**
 * PPO on CartPole-v1 in CleanRL's set-up (4 environments × 128, 4 epochs, minibatches of 128):
 * acting, environments, advantages and updates.
 *
 * @module
 */
import { ppo } from "../agents/ppo.ts";
import { makeEnv } from "../envs/mod.ts";
import { streamOf } from "../lab/core/random.ts";
import type { Trainer } from "../lab/core/trainer.ts";
import type { Workspace } from "../lab/compute/workspace.ts";
import type { Bench } from "./group.ts";
import { measure } from "./measure.ts";
import { type Row, row } from "./row.ts";
import { labWorkspace, stockWorkspace } from "./workspaces.ts";

const seed = 1;
const stepsPerIteration = 512;

/** Environment steps a second of the loop. */
export async function* loop({ progress, backend }: Bench): AsyncIterable<Row> {
  const name = "PPO on CartPole-v1, CleanRL's set-up, whole loop";
  const unit = "environment steps/s";
  progress(name);
  const workspaces = [await labWorkspace(1, backend), await stockWorkspace("tfjs-wasm")];
  const [own, stock] = await Promise.all(workspaces.map(trainerOn));
  const milliseconds = await measure(
    { own: () => own.iterate(), stock: () => stock.iterate() },
    { seconds: 8 },
  );
  for (const workspace of workspaces) workspace.dispose();
  const rate = (each: "own" | "stock") => stepsPerIteration * 1000 / milliseconds[each];
  yield row(name, rate("own"), unit, {
    name: "the same loop on stock tfjs-wasm",
    value: rate("stock"),
    reach: 13,
  });
}

function trainerOn(workspace: Workspace): Promise<Trainer> {
  return ppo.create({
    configuration: ppo.configuration.parse({}),
    budget: Number.MAX_SAFE_INTEGER,
    workspace,
    seed,
    stream: (name) => streamOf(seed, name),
    makeEnvironment: () => makeEnv("CartPole-v1"),
  });
}
