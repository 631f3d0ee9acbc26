import { createHash } from "node:crypto";
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { generateRandomMap } from "../../envs/frozen_lake_map.ts";
import { makeEnv } from "../../envs/mod.ts";
// Golden: tests/golden/gymnasium/record.py.
import golden from "../golden/gymnasium_tables.json" with { type: "json" };

const camelCase = (options: object) =>
  Object.fromEntries(
    Object.entries(options).map(([key, value]) => [
      key.replace(/_(.)/g, (_, letter) => letter.toUpperCase()),
      value,
    ]),
  );

for (const { environment, arguments: options, transitions, sha256 } of golden.tables) {
  Deno.test(`${environment} ${JSON.stringify(options)} has Gymnasium's transition table`, () => {
    const table = makeEnv(environment, camelCase(options)).transitions!();
    const rows = table.flatMap((actions, state) =>
      actions.flatMap((list, action) =>
        list.map((each) =>
          [state, action, each.probability, each.state, each.reward, each.terminated].map(Number)
        )
      )
    );
    strictEqual(rows.length, transitions);
    const hash = createHash("sha256").update(new Uint8Array(Float64Array.from(rows.flat()).buffer));
    strictEqual(hash.digest("hex"), sha256);
  });
}

Deno.test("random maps of the frozen lake are those of Gymnasium", () => {
  for (const { size, p, seed, map } of golden.maps) {
    deepStrictEqual(generateRandomMap(size, p, seed), map);
    const options = { mapName: "random", mapSize: size, frozenProbability: p, mapSeed: seed };
    deepStrictEqual(
      makeEnv("FrozenLake-v1", options).transitions!(),
      makeEnv("FrozenLake-v1", { desc: map }).transitions!(),
    );
  }
  throws(() => generateRandomMap(1), /size 1/);
  throws(() => generateRandomMap(4, -0.1), /probability -0.1/);
  throws(() => generateRandomMap(4, 0), /none of 10000/);
});

Deno.test("impossible maps of the frozen lake are refused and say where they are wrong", () => {
  const wrong: [string[], RegExp][] = [
    [["SF", "FFG"], /line 1 has 2 cells, line 2 has 3/],
    [["SF", "xG"], /"x" in line 2, column 1/],
    [["FF", "FG"], /no cell is S/],
    [["SF", "FF"], /no cell is G/],
    [["SHG"], /start in line 1, column 1/],
    [[""], /not empty/],
  ];
  for (const [desc, message] of wrong) {
    throws(() => makeEnv("FrozenLake-v1", { desc }), { name: "InputError", message });
  }
});

Deno.test("the taxi's mask names exactly the actions that change the state", () => {
  const env = makeEnv("Taxi-v4");
  const table = env.transitions!();
  let { observation, info } = env.reset({ seed: 5 });
  for (let t = 0; t < 150; t++) {
    const changes = table[observation].map(([{ state }]) => state === observation ? 0 : 1);
    deepStrictEqual(info.actionMask, changes);
    const last = changes.lastIndexOf(1);
    const result = env.step(t % 2 === 0 ? last : t % 6);
    if (result.terminated) return;
    ({ observation, info } = result);
  }
});

Deno.test("toy texts report the probability of what happened", () => {
  const env = makeEnv("FrozenLake-v1", { successRate: 0.5 });
  deepStrictEqual(env.reset({ seed: 1 }).info, { prob: 1 });
  const { info } = env.step(2);
  ok(info.prob === 0.5 || info.prob === 0.25);
});

Deno.test("basic strategy of blackjack loses little, and naturals pay as configured", () => {
  // Thorp's strategy without doubling and splitting loses about 4 to 5 % of the stake.
  const mean = (options: object) => {
    const env = makeEnv("Blackjack-v1", options);
    env.reset({ seed: 2 });
    let total = 0;
    const episodes = 20_000;
    for (let i = 0; i < episodes; i++) {
      let [sum, open, ace] = env.reset().observation;
      for (let ended = false; !ended;) {
        const stand = ace ? (open >= 9 || open === 1 ? 19 : 18) : open >= 7 || open === 1 ? 17 : 13;
        const result = env.step(sum < stand ? 1 : 0);
        [sum, open, ace] = result.observation;
        total += result.reward;
        ended = result.terminated;
      }
    }
    return total / episodes;
  };
  const [plain, natural] = [{ sab: false }, { sab: false, natural: true }].map(mean);
  ok(plain > -0.08 && plain < -0.03, `${plain}`);
  // A natural that wins comes in 4.5 % of the games and pays half a stake more.
  ok(Math.abs(natural - plain - 0.5 * 0.045) < 0.004, `${natural}`);
});
