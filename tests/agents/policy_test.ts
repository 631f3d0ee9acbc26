/** Policy files: they act as the trainer that wrote them, without it. */
import { deepStrictEqual, match, notStrictEqual, ok, strictEqual, throws } from "node:assert";
import { agents } from "../../agents/mod.ts";
import type { Trainer } from "../../lab/core/trainer.ts";
import { agree, networksOf } from "../lab/compute/onnx/runtime.ts";
import { encodePolicy, loadPolicy, type Policy } from "../../agents/policy.ts";
import { makeEnv } from "../../envs/mod.ts";
import { gridworldPixelsDqn } from "../../experiments/pixels.ts";
import { registries } from "../../registries.ts";
import { defaultRng } from "../../lab/core/random.ts";
import { decodeSafetensors, encodeSafetensors } from "../../lab/core/safetensors.ts";
import { resealed } from "../lab/core/resealed.ts";
import { Box, Discrete, MultiDiscrete, Tuple } from "../../lab/core/space.ts";
import { train } from "../../lab/experiment/train.ts";

/** Observations of episodes with random actions. */
function observationsOf(id: string, count: number, options: object = {}): unknown[] {
  const environment = makeEnv(id, options);
  const random = defaultRng(5);
  let { observation } = environment.reset({ seed: 5 });
  return Array.from({ length: count }, () => {
    const step = environment.step(environment.actionSpace.sample(random));
    observation = step.terminated || step.truncated
      ? environment.reset().observation
      : step.observation;
    return observation;
  });
}

/** It has no greedy action to put into a file. */
const withoutFile = "random";

for (const entry of agents) {
  const { name, takes, configuration } = await entry.load();
  if (name === withoutFile) continue;
  const has = (field: string) => configuration.safeParse({ [field]: true }).success;
  const worlds = takes.observations === undefined
    ? [
      ...takes.actions.includes("discrete") ? ["CartPole-v1", "FrozenLake-v1"] : [],
      ...takes.actions.includes("box") ? ["Pendulum-v1"] : [],
    ]
    : ["FrozenLake-v1"];

  for (const id of worlds) {
    Deno.test(`${name} acts in ${id} from its file as its trainer does, to the bit`, async () => {
      const { trainer, dispose } = await train({
        name: "small",
        environment: { id },
        agent: {
          name,
          ...configuration.safeParse({ learningStarts: 100 }).success
            ? { learningStarts: 100, hiddenSizes: [16], batchSize: 16 }
            : {},
          ...has("normalizeObservations") ? { normalizeObservations: true } : {},
          ...name === "recurrent-ppo" ? { recurrentSize: 20, hiddenSizes: [16] } : {},
        },
        budget: configuration.safeParse({ learningStarts: 100 }).success ? 400 : 1500,
        evaluation: { episodes: 2 },
      }, { registries, backend: "wasm-strict" });
      const policy = loadPolicy(await trainer.exportPolicy!({ agent: name }));
      deepStrictEqual(policy.about, { agent: name });
      for (const [i, observation] of observationsOf(id, 200).entries()) {
        const started = i % 20 === 0;
        if (started) policy.reset();
        deepStrictEqual(policy.act(observation), await trainer.act!(observation, { started }));
      }
      if (trainer.rowSteps !== undefined) await agreesWithOnnx(trainer, policy, id);
      dispose();
    });
  }
}

/** Its network as an ONNX file gives the same scores, to rounding. */
async function agreesWithOnnx(trainer: Trainer, policy: Policy, id: string): Promise<void> {
  const { policy: network } = await networksOf(trainer);
  const { observationSpace } = policy;
  const [, memorySize] = network.shapes(1).memory ?? [1, 0];
  let remembered: Float32Array = new Float32Array(memorySize);
  policy.reset();
  for (const observation of observationsOf(id, 5)) {
    policy.act(observation);
    const observations = new Float32Array(observationSpace.flatSize);
    observationSpace.flatten(observation, observations);
    const given = { observations, memory: remembered };
    const { scores, next_memory } = await network.run(1, given);
    agree(scores, policy.scores!, id);
    if (policy.actionSpace.kind === "box") strictEqual(scores.length, policy.actionSpace.flatSize);
    remembered = next_memory;
  }
}

Deno.test("a policy that sees pixels acts from its file, to the bit", async () => {
  const { environment, agent } = gridworldPixelsDqn;
  const { id, ...options } = environment as { id: string };
  const { trainer, dispose } = await train({
    name: "small",
    environment,
    agent: { ...agent, learningStarts: 50 },
    budget: 200,
    evaluation: { episodes: 1 },
  }, { registries, backend: "wasm-strict" });
  const policy = loadPolicy(await trainer.exportPolicy!());
  for (const observation of observationsOf(id, 20, options)) {
    deepStrictEqual(policy.act(observation), await trainer.act!(observation));
  }
  dispose();
});

Deno.test("a policy trained with fused multiply-adds differs by rounding at most", async () => {
  const { trainer, dispose } = await train({
    name: "small",
    environment: { id: "Pendulum-v1" },
    agent: { name: "ppo" },
    budget: 2000,
    evaluation: { episodes: 2 },
  }, { registries });
  const policy = loadPolicy(await trainer.exportPolicy!());
  for (const observation of observationsOf("Pendulum-v1", 100)) {
    const [given] = policy.act(observation) as Float32Array;
    const [expected] = await trainer.act!(observation) as Float32Array;
    ok(
      Math.abs(given - expected) <= 1e-6 * Math.max(1, Math.abs(expected)),
      `${given} ${expected}`,
    );
  }
  dispose();
});

Deno.test("a file holds the policy's weights and not the critic's", async () => {
  const { trainer, dispose, parameters } = await train({
    name: "small",
    environment: { id: "CartPole-v1" },
    agent: { name: "ppo" },
    budget: 512,
    evaluation: { episodes: 1 },
  }, { registries });
  const bytes = await trainer.exportPolicy!();
  dispose();
  const { tensors } = decodeSafetensors(bytes);
  const names = Object.keys(tensors);
  ok(!names.some((each) => each.includes("value/")), `${names}`);
  deepStrictEqual(
    tensors["parameters/policy/0/kernel"].values,
    parameters["policy/0/kernel"].values,
  );
  ok(bytes.length < 60_000, `${bytes.length}`);
});

Deno.test("spaces come out as they went in", () => {
  const spaces = [
    new Discrete(3, -1),
    new MultiDiscrete([2, 3]),
    new Box({ low: [-Infinity, 0], high: [1, Infinity] }),
    new Tuple([new Discrete(2), new Box({ low: 0, high: 1, shape: [2, 2] })]),
  ];
  for (const observationSpace of spaces) {
    const bytes = encodePolicy({ observationSpace, actionSpace: new Discrete(2, 5) });
    const policy = loadPolicy(bytes);
    strictEqual(`${policy.observationSpace}`, `${observationSpace}`);
    strictEqual(`${policy.actionSpace}`, "Discrete(2, start=5)");
  }
});

const PROGRAM = "program";

/** A file of an agent that has hardly learned. */
async function exported(): Promise<Uint8Array> {
  const { trainer, dispose } = await train({
    name: "small",
    environment: { id: "CartPole-v1" },
    agent: { name: "a2c" },
    budget: 40,
    evaluation: { episodes: 1 },
  }, { registries });
  const bytes = await trainer.exportPolicy!();
  dispose();
  return bytes;
}

Deno.test("a policy file with any bit flipped is refused", async () => {
  const bytes = await exported();
  for (let bit = 0; bit < 8 * bytes.length; bit += Math.floor(8 * bytes.length / 150)) {
    const flipped = bytes.with(bit >> 3, bytes[bit >> 3] ^ (1 << (bit & 7)));
    throws(() => loadPolicy(flipped), { name: "InputError" }, `bit ${bit}`);
  }
});

Deno.test("what is no policy, broken, or no observation is refused in one line", async () => {
  for (const given of ["x", undefined, null]) {
    throws(
      () => loadPolicy(given as unknown as Uint8Array),
      /^InputError: Cannot load the policy as its bytes must be a Uint8Array: ("x"|undefined|null)$/,
    );
  }
  throws(() => loadPolicy(new Uint8Array(3)), /^InputError: Cannot read safetensors as/);
  throws(
    () => loadPolicy(encodeSafetensors({}, { run: "1" })),
    /^InputError: Cannot load the policy as its metadata must have reverie\.policy: run$/,
  );
  throws(
    () => loadPolicy(encodeSafetensors({}, { "reverie.policy": '{"format":1}' })),
    /^InputError: Cannot load the policy as its format must be 2: 1$/,
  );
  const bytes = await exported();
  throws(
    () => loadPolicy(bytes).act(new Float32Array(4), { mask: [1, 0] } as object),
    /^InputError: Cannot act as there is no option "mask" \(did you mean "actionMask"\?\)/,
  );
  const { tensors, metadata } = decodeSafetensors(bytes);
  const broken = { ...tensors[PROGRAM], values: tensors[PROGRAM].values.map((byte) => byte ^ 1) };
  const rest = Object.fromEntries(Object.entries(tensors).filter(([name]) => name !== PROGRAM));
  for (const changed of [{ ...tensors, [PROGRAM]: broken as typeof tensors[string] }, rest]) {
    throws(
      () => loadPolicy(encodeSafetensors(changed, metadata)),
      /^InputError: Cannot load the policy as it must have the hash that it was written with: "/,
    );
    throws(
      () => loadPolicy(resealed(changed, metadata)),
      /^InputError: Cannot load the policy as its program must be whole: /,
    );
  }
  loadPolicy(resealed(tensors, metadata));
  const described = metadata["reverie.policy"];
  for (
    const [from, to] of [
      [/"observations":\[\d+,/, '"observations":[-4,'],
      [/"observations":\[\d+,/, '"observations":["0",'],
      [/"scores":\[\d+,/, '"scores":[1e15,'],
      [/"scores":\[(\d+),2/, '"scores":[$1,1'],
      [/"state":\{("[^"]+"):\d+/, '"state":{$1:2.5'],
      [/"pages":\d+/, '"pages":1e9'],
      [/"pages":\d+/, '"pages":{}'],
      [/"kind":"discrete"/, '"kind":"odd"'],
      [/"n":2/, '"n":1e15'],
      [/"low":\[/, '"low":["x",'],
      [/"normalizer":null/, '"normalizer":{"mean":7}'],
      [/"actionSpace":\{/, '"actionSpace":null,"x":{'],
    ] as const
  ) {
    const text = described.replace(from, to);
    notStrictEqual(text, described, `${from}`);
    const changed = resealed(tensors, { ...metadata, "reverie.policy": text });
    throws(() => loadPolicy(changed), (error: Error) => {
      match(String(error), /^InputError: Cannot [^\n]{1,500}$/, `${from}`);
      return true;
    }, `${from}`);
  }
  const table = Int32Array.of(1, 0);
  const spaces = { observationSpace: new Discrete(2, 1), actionSpace: new Discrete(2, 5) };
  const policy = loadPolicy(encodePolicy({ ...spaces, table }));
  deepStrictEqual([policy.act(1), policy.act(2)], [6, 5]);
  for (const wrong of [Int32Array.of(1), Int32Array.of(1, 2), Int32Array.of(0, -1)]) {
    throws(() => loadPolicy(encodePolicy({ ...spaces, table: wrong })), /one of 2 actions in each/);
  }
  throws(() => policy.act(0), (error: Error) => {
    match(error.message, /^Cannot act as the observation must lie in Discrete\(2, start=1\): 0$/);
    return true;
  });
});
