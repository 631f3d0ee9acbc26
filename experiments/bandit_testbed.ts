/**
 * The ten-armed testbed (Sutton and Barto 2018, section 2.3): what each bandit method earns while it
 * finds out, on bandits with Gaussian and with Bernoulli rewards.
 *
 * `deno run experiments/bandit_testbed.ts` prints the table of docs/agents/tabular.md.
 *
 * @module
 */
import { tabularAgents } from "../agents/tabular/mod.ts";
import { makeEnv } from "../envs/mod.ts";
import { transformReward } from "../envs/wrappers/mod.ts";
import { markdownTable } from "../lab/core/markup.ts";
import { streamOf } from "../lab/core/random.ts";
import { bootstrapInterval, mean } from "../lab/statistics/mod.ts";

const PULLS = 1000;

type Kind = "gaussian" | "bernoulli";

/** The methods with their fields, by kind of rewards. */
const methods: Readonly<Record<Kind, Readonly<Record<string, object>>>> = {
  gaussian: {
    "epsilon-greedy-bandit": { epsilon: 0.1 },
    "gradient-bandit": { learningRate: 0.2 },
    "ucb-bandit": { confidence: 1 },
    "thompson-bandit": {},
  },
  bernoulli: {
    "epsilon-greedy-bandit": { epsilon: 0.1 },
    "gradient-bandit": { learningRate: 0.5 },
    "ucb-bandit": { confidence: 0.3 },
    "thompson-bandit": { rewards: "bernoulli" },
  },
};

/** What a method did on the bandits of one kind. */
interface TestbedRow {
  readonly agent: string;
  readonly kind: Kind;
  /** Mean reward of all pulls, a number a bandit. */
  readonly rewards: readonly number[];
  /** Share of the bandits whose best arm is believed best in the end. */
  readonly found: number;
}

/** A method on the bandit of a seed, which draws arms, rewards and choices. */
async function play(
  name: string,
  fields: object,
  kind: Kind,
  seed: number,
): Promise<{ reward: number; found: boolean }> {
  const agent = await tabularAgents.find((entry) => entry.name === name)!.load();
  const bandit = () => makeEnv("Bandit-v0", { kind, armSeed: seed });
  let sum = 0;
  const trainer = await agent.create({
    configuration: agent.configuration.parse(fields),
    budget: PULLS,
    // Tables need none.
    workspace: undefined as never,
    seed,
    stream: (stream) => streamOf(seed, stream),
    makeEnvironment: () =>
      transformReward(bandit(), (reward) => {
        sum += reward;
        return reward;
      }),
  });
  while (trainer.progress.environmentSteps < PULLS) await trainer.iterate();
  const world = bandit();
  world.reset();
  const { info } = world.step(await trainer.act!(0));
  trainer.dispose();
  return { reward: sum / PULLS, found: info.optimal === true };
}

/** Every method on the bandits of seeds 0 … `bandits` − 1. */
export async function testbed(bandits: number): Promise<TestbedRow[]> {
  const rows: TestbedRow[] = [];
  for (const kind of ["gaussian", "bernoulli"] as const) {
    for (const [agent, fields] of Object.entries(methods[kind])) {
      const plays = [];
      for (let seed = 0; seed < bandits; seed++) plays.push(await play(agent, fields, kind, seed));
      rows.push({
        agent,
        kind,
        rewards: plays.map(({ reward }) => reward),
        found: mean(plays.map(({ found }) => found ? 1 : 0)),
      });
    }
  }
  return rows;
}

/** The table of the documentation. */
export function tableOf(rows: readonly TestbedRow[]): string {
  const cells = rows.map(({ agent, kind, rewards, found }) => {
    const { low, high } = bootstrapInterval([rewards], ([drawn]) => mean(drawn));
    const [center, least, most] = [mean(rewards), low, high].map((value) => value.toFixed(3));
    const share = `${Math.round(100 * found)} %`;
    return [`\`${agent}\``, kind, `${center} [${least}, ${most}]`, share];
  });
  return markdownTable(["agent", "arms", "mean reward", "best arm found"], cells);
}

if (import.meta.main) console.log(tableOf(await testbed(200)));
