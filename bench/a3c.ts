/**
 * A3C over cores: the same agent with one worker in process, then with more in threads.
 *
 * @module
 */
import { a3c } from "../agents/a3c/a3c.ts";
import { makeEnv } from "../envs/mod.ts";
import { registries } from "../registries.ts";
import { streamOf } from "../lab/core/random.ts";
import type { Trainer } from "../lab/core/trainer.ts";
import type { Bench } from "./group.ts";
import { measure } from "./measure.ts";
import { type Row, row } from "./row.ts";
import { labWorkspace } from "./workspaces.ts";

const seed = 1;
const environment = { id: "CartPole-v1" };
/** Environment steps a second of 1, 2, 4, … workers, as far as there are cores. */
export async function* asynchronous({ progress }: Bench): AsyncIterable<Row> {
  const unit = "environment steps/s";
  const counts = [1, 2, 4, 8, 16].filter((count) => count <= navigator.hardwareConcurrency);
  progress(`A3C on CartPole-v1, ${counts.join(", ")} workers`);
  const trainers = await Promise.all(counts.map(trainerWith));
  const milliseconds = await measure(
    Object.fromEntries(trainers.map((trainer, i) => [counts[i], () => trainer.iterate()])),
    { seconds: 8 },
  );
  const rate = (count: number) => {
    const { environmentSteps, iterations } = trainers[counts.indexOf(count)].progress;
    return environmentSteps / iterations * 1000 / milliseconds[count];
  };
  yield row("A3C on CartPole-v1, 1 worker", rate(1), unit);
  for (const count of counts.slice(1)) {
    const alone = { name: "1 worker", value: rate(1) };
    yield row(`A3C on CartPole-v1, ${count} workers`, rate(count), unit, alone);
  }
  for (const trainer of trainers) trainer.dispose();
}

async function trainerWith(workers: number): Promise<Trainer> {
  const job = { experiment: "bench", module: "", configuration: { environment }, seed: "1" };
  return await a3c.create({
    configuration: a3c.configuration.parse({ workers }),
    budget: Number.MAX_SAFE_INTEGER,
    workspace: await labWorkspace(),
    seed,
    stream: (name) => streamOf(seed, name),
    makeEnvironment: () => makeEnv(environment.id),
    environmentSource: {
      module: new URL("../lab/experiment/environment_source.ts", import.meta.url).href,
      options: { job, registries: registries.module },
    },
  });
}
