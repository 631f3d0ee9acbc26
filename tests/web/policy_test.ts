/** The policy of a run: its file from the server, and the episodes that a page plays with it. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { loadPolicy } from "../../agents/policy.ts";
import { makeEnv } from "../../envs/mod.ts";
import { registries } from "../../registries.ts";
import { openTrainer } from "../../lab/experiment/inspect.ts";
import { launch } from "../../lab/experiment/launch.ts";
import { mean } from "../../lab/statistics/mod.ts";
import { loadModel } from "../../models/model_file.ts";
import { samplingStream } from "../../models/sampling_stream.ts";
import { type Actor, Episodes } from "../../web/episodes.ts";
import { evaluationSeeds, playedThrough } from "../../web/evaluated_episodes.ts";
import { contentsOf } from "../../web/contents.ts";
import { openDashboard } from "./built.ts";

Deno.test("the server makes a run's policy, and says where there is none", async () => {
  await using dashboard = await openDashboard();
  const { store, app, runs } = dashboard;
  const [run] = await launch([{
    reference: "cartpole-dqn-quick",
    set: [
      ["evaluation.every", "1000"],
      ["checkpoint.everyIterations", "4"],
      ["checkpoint.keepLast", "5"],
    ],
    budget: 3000,
    seed: 1,
    backend: "wasm-strict",
  }], { store, registries, workers: 1 });
  const get = async (query: string) => {
    const response = await app.handler(new Request(`http://127.0.0.1/api/policy?${query}`));
    return { status: response.status, bytes: new Uint8Array(await response.arrayBuffer()) };
  };
  const { policies } = contentsOf(store, store.run(run.id)!);
  // What nobody waits for any more is not made, and made for who asks again.
  const gone = new Request(`http://127.0.0.1/api/policy?run=${run.id}`, {
    signal: AbortSignal.abort(),
  });
  match(await (await app.handler(gone)).text(), /nobody waits for it any more/);
  strictEqual((await get(`run=${run.id}`)).status, 200);
  strictEqual(policies.at(-1)!.kind, "final");
  const iterations = policies.map(({ iteration }) => iteration);
  deepStrictEqual(iterations, [...new Set(iterations)].sort((a, b) => a - b));
  ok(iterations.length > 1, String(iterations));

  for (const { id, kind, evaluation, score } of policies) {
    const { status, bytes } = await get(`run=${run.id}&checkpoint=${id}`);
    strictEqual(status, 200);
    const policy = loadPolicy(bytes);
    strictEqual(policy.about.run, run.id);
    const { trainer, dispose } = await openTrainer(run, {
      store,
      registries,
      checkpoint: store.checkpoints(run.id).find((each) => each.id === id)!,
    });
    for (let i = 0; i < 50; i++) {
      const observation = Float32Array.of(i / 50 - 0.5, Math.sin(i), Math.cos(i) / 5, i % 3 - 1);
      strictEqual(policy.act(observation), await trainer.act!(observation));
    }
    dispose();
    strictEqual(policy.scores!.length, 2);
    if (evaluation === null) continue;
    // The episodes that the run was evaluated by, played here one by one.
    const { seed } = run.manifest.determined;
    const environment = makeEnv("CartPole-v1");
    const returns = evaluationSeeds({ seed, evaluation, episodes: 100 })
      .map((own) => playedThrough(environment, policy, own));
    strictEqual(mean(returns), score, kind);
  }
  ok(policies.some(({ evaluation }) => evaluation !== null));
  deepStrictEqual(
    (await get(`run=${run.id}&kind=final`)).bytes,
    (await get(`run=${run.id}`)).bytes,
  );
  deepStrictEqual((await get(`run=${run.id}`)).bytes, (await get(`run=${run.id}`)).bytes);
  // Of several of a kind the newest is meant.
  const last = store.checkpoints(run.id).filter(({ kind }) => kind === "last");
  ok(last.length > 1);
  const { bytes: newest } = await get(`run=${run.id}&checkpoint=${last.at(-1)!.id}`);
  deepStrictEqual((await get(`run=${run.id}&kind=last`)).bytes, newest);

  const [critic] = await launch([{
    reference: "cartpole-a2c-quick",
    budget: 600,
    seed: 1,
    backend: "wasm",
  }], {
    ...{ store, registries, workers: 1 },
  });
  const valuing = loadPolicy((await get(`run=${critic.id}`)).bytes);
  valuing.act(new Float32Array(4));
  ok(Number.isFinite(valuing.value), "a page gets the critic, too");

  const problem = async (query: string) => {
    const { status, bytes } = await get(query);
    strictEqual(status, 404);
    return new TextDecoder().decode(bytes);
  };
  match(await problem(`run=${runs.vae}`), /it is no agent in a world/);
  match(await problem(`run=${runs["ppo-1"]}`), /must have a final checkpoint/);
  match(await problem(`run=${run.id}&kind=worst`), /must be final, best, last: worst/);
  match(await problem(`run=${run.id}&checkpoint=99999`), /must have its checkpoint: 99999/);
  match(await problem("run=none"), /none/);
  deepStrictEqual(contentsOf(store, store.run(runs.vae)!).policies, []);
  deepStrictEqual(contentsOf(store, store.run(run.id)!).models, []);
});

Deno.test("the server makes a model that draws by other values, each file for its own", async () => {
  await using dashboard = await openDashboard();
  const { store, app } = dashboard;
  const [run] = await launch([{
    ...{ reference: "moons-diffusion", seed: 1, budget: 512, backend: "wasm-strict" },
    set: [["dataset.train", "512"]],
  }], { store, registries, workers: 1 });
  const get = async (query: string) => {
    const response = await app.handler(
      new Request(`http://127.0.0.1/api/policy?run=${run.id}&${query}`),
    );
    return { status: response.status, bytes: new Uint8Array(await response.arrayBuffer()) };
  };
  const textOf = ({ bytes }: { bytes: Uint8Array }) => new TextDecoder().decode(bytes);
  const fields: { path: string; value: unknown }[] = JSON.parse(textOf(await get("part=settings")));
  deepStrictEqual(fields.find(({ path }) => path === "model.samplerSteps")?.value, 50);
  const stepsOf = async (...sets: string[]) => {
    const query = sets.map((each) => `&set=${encodeURIComponent(each)}`).join("");
    const { status, bytes } = await get(`part=model${query}`);
    strictEqual(status, 200, new TextDecoder().decode(bytes.subarray(0, 200)));
    let steps = 0;
    loadModel(bytes).sample!({ count: 1, random: samplingStream(1), watch: () => steps++ });
    return steps;
  };
  deepStrictEqual(
    [await stepsOf(), await stepsOf("model.samplerSteps=3"), await stepsOf("model.samplerSteps=4")],
    [50, 3, 4],
  );
  const refused = await get("part=model&set=model.batchSize=3");
  strictEqual(refused.status, 404);
  match(textOf(refused), /there is no sampling field "batchSize"/);
});

/** Pushes to one side; counts how often it had to forget. */
class Push implements Actor {
  masked = false;
  value = 7;
  resets = 0;
  constructor(readonly side: number) {}
  act(): number {
    return this.side;
  }
  reset(): void {
    this.resets++;
  }
}

Deno.test("episodes follow one another, and another policy waits for its own first one", () => {
  const [left, right] = [new Push(0), new Push(1)];
  const episodes = new Episodes(makeEnv("CartPole-v1"), left);
  const world = makeEnv("CartPole-v1");
  world.reset({ seed: 0 });
  let steps = 0;
  for (let ended = false; !ended; steps++) ended = world.step(0).terminated;

  for (let t = 0; t < steps; t++) episodes.step();
  const { standing } = episodes;
  deepStrictEqual(standing, {
    episode: 1,
    seed: 0,
    steps,
    episodeReturn: steps,
    end: "terminated",
    touched: null,
    ended: 1,
    sum: steps,
  });
  deepStrictEqual(
    episodes.worths.map(({ value, reward }) => [value, reward]),
    Array(steps).fill([7, 1]),
  );
  episodes.goTo(1);
  strictEqual(episodes.end, "terminated");
  episodes.step();
  strictEqual(episodes.end, null);
  while (episodes.standing.end === null) episodes.step();
  strictEqual(episodes.end, "terminated");
  episodes.step();
  deepStrictEqual([episodes.standing.episode, episodes.standing.steps, left.resets], [2, 0, 3]);
  episodes.step();
  episodes.follow(right);
  deepStrictEqual([episodes.standing.episode, episodes.standing.steps, right.resets], [2, 1, 0]);
  episodes.begin();
  deepStrictEqual(episodes.standing, {
    episode: 1,
    seed: 0,
    steps: 0,
    episodeReturn: 0,
    end: null,
    touched: null,
    ended: 0,
    sum: 0,
  });
  strictEqual(right.resets, 1);
});

Deno.test("an actor that learned within masks is given them, another is not", () => {
  const given: unknown[] = [];
  const actor = (masked: boolean): Actor => ({
    masked,
    act: (_, moment) => given.push(moment?.actionMask) && 0,
    reset() {},
  });
  for (const masked of [true, false]) new Episodes(makeEnv("Taxi-v4"), actor(masked)).step();
  strictEqual((given[0] as ArrayLike<number>).length, 6);
  strictEqual(given[1], undefined);
});
