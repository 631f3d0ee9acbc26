/** Frames: what a world looks like under random actions or a policy, by the data set's own seed. */
import { deepStrictEqual, notDeepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { encodePolicy, loadPolicy } from "../../../agents/policy.ts";
import { environments, makeEnv } from "../../../envs/mod.ts";
import type { Dataset, Split } from "../../../lab/core/dataset.ts";
import type { Environment } from "../../../lab/core/environment.ts";
import { environmentCalled } from "../../../lab/core/environment_ids.ts";
import { sha256 } from "../../../lab/core/sha256.ts";
import { Discrete } from "../../../lab/core/space.ts";
import { frames } from "../../../models/datasets/frames.ts";
import { noFiles } from "../laboratory.ts";

/** A policy of GridWorld-v0 that always takes one action. */
function always(action: number): Uint8Array {
  const { observationSpace, actionSpace } = makeEnv("GridWorld-v0") as Environment & {
    observationSpace: Discrete;
    actionSpace: Discrete;
  };
  const table = new Int32Array(observationSpace.n).fill(action);
  return encodePolicy({ observationSpace, actionSpace, table });
}

const make = (fields: object, file?: Uint8Array): Promise<Dataset> =>
  frames.create({
    configuration: frames.configuration.parse({
      ...{ train: 40, validation: 10, test: 10, side: 16, ...fields },
    }),
    readFile: file === undefined ? noFiles : () => Promise.resolve(file),
    makeEnvironment: (id) => Promise.resolve(makeEnv(id)),
    openPolicy: (bytes) => Promise.resolve(loadPolicy(bytes)),
  });

/** How many of a split's frames differ from one another. */
const distinct = ({ count, values }: Split) =>
  new Set(
    Array.from({ length: count }, (_, i) => {
      const size = values.length / count;
      return `${values.subarray(i * size, (i + 1) * size)}`;
    }),
  ).size;

Deno.test("frames are drawings in [0, 1], the same for the same seed, each split its own", async () => {
  const made = await make({ environment: "CartPole-v1" });
  deepStrictEqual([made.kind, made.shape, made.train.count], ["images", [16, 16, 1], 40]);
  ok(made.train.values.every((value) => value >= 0 && value <= 1));
  strictEqual(distinct(made.train), 40);
  deepStrictEqual((await make({ environment: "CartPole-v1" })).train, made.train);
  notDeepStrictEqual((await make({ environment: "CartPole-v1", seed: 1 })).train, made.train);
  notDeepStrictEqual(made.test.values, made.validation.values);
  const colours = await make({ environment: "CartPole-v1", grey: false });
  deepStrictEqual(colours.shape, [16, 16, 3]);
});

Deno.test("every tenth frame is the first of ten", async () => {
  const fields = { environment: "Pendulum-v1" };
  const [each, tenth] = [await make(fields), await make({ ...fields, every: 10 })];
  for (let i = 0; i < 4; i++) {
    deepStrictEqual(
      tenth.train.values.subarray(256 * i, 256 * (i + 1)),
      each.train.values.subarray(2560 * i, 2560 * i + 256),
    );
  }
});

Deno.test("a policy file acts, with a share of random actions", async () => {
  const fields = { policy: "p.safetensors" };
  const greedy = await make({ ...fields, epsilon: 0 }, always(1));
  const mixed = await make({ ...fields, epsilon: 0.9 }, always(1));
  ok(distinct(greedy.train) < distinct(mixed.train));
  deepStrictEqual(mixed.train, (await make({ ...fields, epsilon: 0.9 }, always(1))).train);
});

Deno.test("a policy file that is another one than it was is refused", async () => {
  const policyHash = sha256(always(1));
  const fields = { policy: "p.safetensors", policyHash };
  strictEqual((await make(fields, always(1))).train.count, 40);
  await rejects(make(fields, always(2)), {
    name: "InputError",
    message:
      /^Cannot play by p\.safetensors as it must be the file that it was \(dataset\.policyHash \w{12}…\)/,
  });
});

Deno.test("what cannot be seen is refused in one line", async () => {
  const observationSpace = new Discrete(3);
  const other = encodePolicy({
    observationSpace,
    actionSpace: new Discrete(2),
    table: new Int32Array(3),
  });
  await rejects(make({ policy: "p.safetensors" }, other), {
    name: "InputError",
    message:
      /^Cannot play GridWorld-v0 by p\.safetensors as a policy must act Discrete.*: Discrete/,
  });
  const blind = () => Object.assign(makeEnv("GridWorld-v0"), { scene: undefined });
  await rejects(
    frames.create({
      configuration: frames.configuration.parse({}),
      readFile: noFiles,
      makeEnvironment: () => Promise.resolve(blind()),
      openPolicy: noFiles,
    }),
    /^InputError: Cannot take frames of GridWorld-v0 as it must draw a scene: it draws none$/,
  );
  await rejects(
    frames.create({ configuration: frames.configuration.parse({}), readFile: noFiles }),
    /^InputError: Cannot take frames of GridWorld-v0 as this place has no worlds$/,
  );
});

Deno.test("every world of the registry has frames", async () => {
  for (const { id } of environments) {
    const { train } = await make({ environment: id, ...{ train: 4, validation: 1, test: 1 } });
    ok(train.values.some((value) => value !== train.values[0]), id);
  }
});

Deno.test("a world may be called by its name alone", () => {
  const known = ["CartPole-v0", "CartPole-v1", "GridWorld-v0"];
  strictEqual(environmentCalled("cartpole", known), "CartPole-v1");
  strictEqual(environmentCalled("CartPole-v0", known), "CartPole-v0");
  strictEqual(environmentCalled("chess", known), "chess");
});

Deno.test("a policy with memory forgets it where an episode begins", async () => {
  const { observationSpace, actionSpace } = makeEnv("CartPole-v1");
  const told: string[] = [];
  const player = {
    ...{ observationSpace, actionSpace, masked: false },
    act: () => told.push("act") % 2,
    reset: () => told.push("forget"),
  };
  const world = makeEnv("CartPole-v1");
  const begun = Object.assign(makeEnv("CartPole-v1"), {
    reset: (options: object) => (told.push("episode"), world.reset(options)),
    step: (action: number) => world.step(action),
    scene: () => world.scene!(),
  });
  await frames.create({
    configuration: frames.configuration.parse({
      ...{ environment: "CartPole-v1", policy: "p.safetensors", epsilon: 0, side: 8 },
      ...{ train: 100, validation: 1, test: 1 },
    }),
    readFile: () => Promise.resolve(new Uint8Array()),
    makeEnvironment: () => Promise.resolve(begun),
    openPolicy: () => Promise.resolve(player as never),
  });
  const starts = told.flatMap((word, i) => word === "episode" ? [told[i + 1]] : []);
  ok(starts.length > 3);
  ok(starts.every((word) => word === "forget"), `${starts}`);
});

Deno.test("every third frame is the first of three, too, from an episode's start on", async () => {
  const fields = { environment: "Pendulum-v1" };
  const [each, third] = [await make(fields), await make({ ...fields, every: 3 })];
  for (let i = 0; i < 13; i++) {
    deepStrictEqual(
      third.train.values.subarray(256 * i, 256 * (i + 1)),
      each.train.values.subarray(768 * i, 768 * i + 256),
    );
  }
});

Deno.test("the world is closed once its frames are taken, and where they cannot be", async () => {
  let closed = 0;
  const taken = (policy: string) =>
    frames.create({
      configuration: frames.configuration.parse({
        ...{ train: 4, validation: 2, test: 2, side: 8, environment: "CartPole-v1", policy },
      }),
      readFile: () => Promise.resolve(always(1)),
      makeEnvironment: (id) =>
        Promise.resolve(Object.assign(makeEnv(id), { close: () => closed++ })),
      openPolicy: (bytes) => Promise.resolve(loadPolicy(bytes)),
    });
  strictEqual((await taken("")).train.count, 4);
  strictEqual(closed, 1);
  await rejects(taken("p.safetensors"), /Cannot play CartPole-v1 by p\.safetensors/);
  strictEqual(closed, 2);
});
