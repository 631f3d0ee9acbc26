import { deepStrictEqual, match, strictEqual } from "node:assert";
import { trainsOwn } from "../../cli/commands/check.ts";
import { main } from "../../cli/main.ts";
import { registries } from "../../registries.ts";
import ownEverything from "../lab/experiment/own_parts.ts";
import { capturedIo } from "./captured_io.ts";

const root = new URL("../../", import.meta.url);

/** A file's text in which `reset` and `step` are as given; it imports the lab by its path. */
function source(id: string, how: "export default" | "export const one =", reset: string): string {
  const core = new URL("lab/core/", root).href;
  return `
    import { defineEnvironment } from "${core}define_environment.ts";
    import { Discrete } from "${core}space.ts";
    ${how} defineEnvironment({
      id: "${id}",
      observationSpace: new Discrete(5),
      actionSpace: new Discrete(2),
      timeLimit: 20,
      reset: ${reset},
      step: (cell, action) => {
        const next = Math.max(0, cell + (action === 1 ? 1 : -1));
        return { state: next, reward: next === 4 ? 1 : 0, terminated: next === 4 };
      },
      observe: (cell) => cell,
    });
  `;
}

/** Runs `check` on a file with this text and returns what it wrote. */
async function check(text: string, ...flags: string[]) {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/world.ts`, text);
    const io = capturedIo({ folder, root: folder });
    const code = await main(["check", "world.ts", ...flags], io);
    return { code, ...io.written };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const sound = source("Corridor-v0", "export default", "() => 0");
const chance = "() => Math.floor(Math.random() * 4)";

Deno.test("check exits with 0 for a sound environment", async () => {
  deepStrictEqual(await check(sound), { code: 0, out: "✓ Corridor-v0: all is well\n", error: "" });
});

Deno.test("check says what is wrong and how to mend it, and exits with 1", async () => {
  const { code, out } = await check(source("Chance-v0", "export const one =", chance));
  strictEqual(code, 1);
  match(out, /^Chance-v0: \d errors?/);
  match(out, /\n {2}error \(seeds\): [^\n]+\n {4}To mend it: [^\n]*generator[^\n]*\n/);
});

Deno.test("check --json is one document", async () => {
  const { code, out } = await check(source("Chance-v0", "export default", chance), "--json");
  strictEqual(code, 1);
  const { environments: [{ id, findings: [finding] }] } = JSON.parse(out);
  strictEqual(id, "Chance-v0");
  deepStrictEqual(Object.keys(finding), ["severity", "check", "message", "mend"]);
});

Deno.test("check finds an experiment's own environment, and a registered one that it names", async () => {
  const own = `${sound.replace("export default", "const world =")}
    export default { name: "mine", environment: world, agent: { name: "ppo" }, budget: 1000 };`;
  match((await check(own)).out, /^✓ Corridor-v0/);
  const named = `export default {
    name: "lake", budget: 1000, agent: { name: "ppo" },
    environment: { id: "FrozenLake-v1", isSlippery: false },
  };`;
  match((await check(named)).out, /^✓ FrozenLake-v1/);
});

Deno.test("check examines a world once that is exported and trained on", async () => {
  const text = `${sound.replace("export default", "export const world =")}
    export default { name: "mine", environment: world, agent: { name: "ppo" }, budget: 1000 };`;
  strictEqual((await check(text)).out, "✓ Corridor-v0: all is well\n✓ mine: all is well\n");
});

Deno.test("check sets options of a world that a file registers, and of no other", async () => {
  const lab = new URL("mod.ts", root).href;
  const text = `${sound.replace("export default", "const world =")}
    import { register } from "${lab}";
    import * as z from "zod";
    register({
      id: "OwnCorridor-v0",
      configuration: z.strictObject({ limit: z.int().default(20).describe("steps") }),
      entry: ({ limit }) => ({ ...world, timeLimit: limit }),
    });`;
  deepStrictEqual(await check(text, "--set", "limit=7"), {
    code: 0,
    out: "✓ OwnCorridor-v0: all is well\n",
    error: "",
  });
  match((await check(text.replace("OwnC", "ThirdC"), "--set", "limt=7")).error, /"limit"/);
  const { code, error } = await check(sound, "--set", "limit=7");
  strictEqual(code, 2);
  match(error, /Cannot set limit as a file's environment must be registered/);
});

Deno.test("check examines a registered environment with its options", async () => {
  const io = capturedIo();
  strictEqual(await main(["check", "GridWorld-v0", "--set", "mapName=four-rooms"], io), 0);
  strictEqual(io.written.out, "✓ GridWorld-v0: all is well\n");
});

Deno.test("a file without environments, a broken one and a missing one are one line and 2", async () => {
  for (
    const [text, expected] of [
      ["export const a = 1;", /world\.ts as it must export one .*it exports a\n$/],
      [
        "throw new RangeError('no luck');",
        /world\.ts as it must import: RangeError: no luck \(world\.ts:1:7\)\n$/,
      ],
      ["export default {", /world\.ts as it must import: [^\n]+\n$/],
      [
        'import { Dict } from "reverie"; export default Dict;',
        /world\.ts as reverie exports no Dict: here that is a Tuple of [^\n]+ \(world\.ts:1:10\)\n$/,
      ],
      [
        'import { nothing } from "reverie"; export default nothing;',
        /world\.ts as reverie exports no nothing \(world\.ts:1:10\)\n$/,
      ],
    ] as const
  ) {
    const { code, error, out } = await check(text);
    strictEqual(code, 2);
    match(error, expected);
    strictEqual(out, "");
  }
  const io = capturedIo();
  strictEqual(await main(["check", "nowhere.ts"], io), 2);
  match(io.written.error, /^error: [^\n]*nowhere\.ts as there must be such a file[^\n]*\n$/);
});

Deno.test("an unknown environment or option names the nearest", async () => {
  for (
    const [args, expected] of [
      [["CartPol-v1"], /did you mean "CartPole-v1"/],
      [
        ["GridWorld-v0", "--set", "mapNam=maze"],
        /did you mean "mapName".*: see `describe GridWorld-v0`/,
      ],
      [["GridWorld-v0", "--set", "slip=often"], /slip/],
    ] as const
  ) {
    const io = capturedIo();
    strictEqual(await main(["check", ...args], io), 2);
    match(io.written.error, expected);
    match(io.written.error, /^[^\n]+\n$/);
  }
});

Deno.test("completions offer the environments", async () => {
  const io = capturedIo();
  strictEqual(await main(["complete", "fish", "check", "Taxi"], io), 0);
  match(io.written.out, /^Taxi-v4\b/);
});

Deno.test("check trains what a file's experiments train by code of its own", async () => {
  const text = await Deno.readTextFile(new URL("tests/lab/experiment/own_parts.ts", root));
  deepStrictEqual(await check(text), {
    code: 0,
    out: "✓ Own-v0: all is well\n✓ own-everything: all is well\n✓ own-points: all is well\n",
    error: "",
  });
  const forgetful = text.replace("{ walk: this.#random };", "{};");
  const { code, out } = await check(forgetful);
  strictEqual(code, 1);
  match(
    out,
    /\nown-everything: 1 error\n {2}error \(snapshot\): a restored [^\n]+ at iteration 4: /,
  );
  const { experiments } = JSON.parse((await check(forgetful, "--json")).out);
  deepStrictEqual(
    experiments.map(({ name, findings: [{ check }] }: Named) => [name, check]),
    [["own-everything", "snapshot"], ["own-points", "snapshot"]],
  );
});

Deno.test("a trainer that throws where it is made is wrong input, with the place", async () => {
  const text = await Deno.readTextFile(new URL("tests/lab/experiment/own_parts.ts", root));
  const broken = text.replace("create: (context) =>", "$& (null as any).luck ??");
  const { code, error } = await check(broken);
  strictEqual(code, 2);
  match(
    error,
    /^error: Cannot train "own-\w+" as its file throws TypeError: .*\(world\.ts:\d+:\d+\)\n$/,
  );
});

Deno.test("an experiment that cannot be run is a finding, and those after it are looked at", async () => {
  const text = await Deno.readTextFile(new URL("tests/lab/experiment/own_parts.ts", root));
  const broken = text.replace(
    "onEvaluation: ({ trainer }) => (",
    "$&(() => { throw new Error('no'); })() ?? ",
  );
  const { code, out, error } = await check(broken);
  strictEqual(code, 2);
  match(error, /^error: Cannot train "own-everything" as its file throws Error: no [^\n]*\n$/);
  strictEqual(out, "✓ Own-v0: all is well\n✓ own-points: all is well\n");
  const said = await check(broken, "--json");
  const { experiments: [{ name, findings }, next] } = JSON.parse(said.out);
  deepStrictEqual([said.code, said.error, name, next], [
    ...[2, "", "own-everything", { name: "own-points", findings: [] }],
  ]);
  deepStrictEqual(findings, [{
    ...{ severity: "error", check: "run", message: error.slice("error: ".length, -1) },
    mend: "mend what this line names: run would say the same",
  }]);
});

interface Named {
  readonly name: string;
  readonly findings: readonly { readonly check: string }[];
}

Deno.test("check says of an experiment that cannot be run what run says", async () => {
  const parts = (text: string) => `export default { name: "mine", budget: 1000, ${text} };`;
  for (
    const [text, expected, out] of [
      [
        `environment: { id: "GridWorld-v0" }, agent: { name: "ppoo" }`,
        /no agent "ppoo" \(did you mean "ppo"\?\)/,
        "✓ GridWorld-v0: all is well\n",
      ],
      [
        `environment: { id: "Pendulum-v1" }, agent: { name: "dqn" }`,
        /Cannot train dqn in Pendulum-v1 as it takes Discrete actions/,
        "✓ Pendulum-v1: all is well\n",
      ],
      [`dataset: { name: "glyphs" }, model: { name: "vaee" }`, /no model "vaee"/, ""],
      [`dataset: { name: "glyph" }, model: { name: "vae" }`, /no data set "glyph"/, ""],
      [`dataset: { name: "text" }, model: { name: "vae" }`, /Cannot train vae on text/, ""],
    ] as const
  ) {
    const said = await check(parts(text));
    strictEqual(said.code, 2);
    match(said.error, expected);
    match(said.error, /^error: [^\n]+\n$/);
    strictEqual(said.out, out);
  }
  const folder = parts(`dataset: { name: "images", folder: "nowhere" }, model: { name: "vae" }`);
  const lost = await check(folder);
  deepStrictEqual([lost.code, lost.out], [2, ""]);
  match(lost.error, /^error: Cannot list nowhere as data set images as it is not there [^\n]+\n$/);
  const sound = parts(`dataset: { name: "glyphs" }, model: { name: "vae" }`);
  deepStrictEqual(await check(sound), { code: 0, out: "✓ mine: all is well\n", error: "" });
});

Deno.test("an experiment is not looked at before its world is mended", async () => {
  const world = source("Chance-v0", "export const one =", chance);
  const { code, out } = await check(`${world}
    export default { name: "mine", environment: one, agent: { name: "ppoo" }, budget: 1000 };`);
  strictEqual(code, 1);
  match(out, /\nmine: 1 error\n {2}error \(world\): [^\n]+: Chance-v0\n/);
});

Deno.test("what trains by the lab's code alone is not trained", async () => {
  const entry = registries.experiments.find(({ name }) => name === "cartpole-ppo")!;
  strictEqual(trainsOwn(await entry.load()), false);
  strictEqual(trainsOwn(ownEverything), true);
  strictEqual(trainsOwn({ ...await entry.load(), callbacks: {} }), true);
});
