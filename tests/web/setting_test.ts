/** What the page trains, in its address and on the command line. */
import { deepStrictEqual, strictEqual } from "node:assert";
import { commandOf, queryOf, settingOf, USUAL, withField } from "../../web/training/setting.ts";

const read = (query: string) => settingOf(new URLSearchParams(query));

/** The command of a page that takes a run's configuration. */
const ofRun = (query: string, backend: string) =>
  commandOf(read(`run=abc123${query}`), { name: "reverie" }, { backend });

Deno.test("an address without words trains the usual experiment, and stays so", () => {
  deepStrictEqual(read(""), { base: { experiment: USUAL }, seed: "", backend: "wasm", set: {} });
  strictEqual(queryOf(read("")), `experiment=${USUAL}`);
});

Deno.test("an address holds seed, backend and each field that differs, and nothing else", () => {
  const query =
    "experiment=cartpole-ppo&seed=7&backend=webgpu&agent.hiddenSizes=%5B8%2C8%5D&budget=2k";
  const setting = read(query);
  deepStrictEqual(setting, {
    base: { experiment: "cartpole-ppo" },
    seed: "7",
    backend: "webgpu",
    set: { "agent.hiddenSizes": "[8,8]", budget: "2k" },
  });
  strictEqual(queryOf(setting), query);
  const usual = withField(withField(setting, "agent.hiddenSizes", undefined), "budget", undefined);
  strictEqual(queryOf(usual), "experiment=cartpole-ppo&seed=7&backend=webgpu");
  strictEqual(
    queryOf(withField(read("run=abc123"), "agent.gamma", "0.9")),
    "run=abc123&agent.gamma=0.9",
  );
});

Deno.test("a backend that pages have not is kept as what is to be refused", () => {
  const setting = read("backend=native&budget=2k");
  deepStrictEqual(setting.set, { budget: "2k", backend: "native" });
  strictEqual(queryOf(setting), `experiment=${USUAL}&budget=2k&backend=native`);
  deepStrictEqual(read("backend=webgpu").set, {});
});

Deno.test("the command trains the same, its words as a shell takes them", () => {
  strictEqual(
    commandOf(read("experiment=cartpole-ppo&agent.hiddenSizes=%5B8%2C8%5D&budget=2k"), {
      name: "reverie",
    }),
    "reverie run cartpole-ppo --seed 1 --budget 2k " +
      "--set agent.hiddenSizes='[8,8]' --backend wasm",
  );
  strictEqual(
    commandOf(read("experiment=a&agent.word=it%27s"), { name: "reverie" }),
    `reverie run a --seed 1 --set agent.word='it'\\''s' --backend wasm`,
  );
  strictEqual(
    commandOf(read("experiment=x%3B%20touch%20p"), { name: "reverie" }),
    "reverie run 'x; touch p' --seed 1 --backend wasm",
  );
  strictEqual(ofRun("", "wasm"), "reverie reproduce abc123");
  strictEqual(ofRun("&agent.gamma=0.9", "wasm"), undefined);
});

Deno.test("a run is named to be reproduced only on the backend that it was trained on", () => {
  strictEqual(ofRun("&backend=wasm-strict", "wasm-strict"), "reverie reproduce abc123");
  strictEqual(ofRun("", "wasm-strict"), undefined);
  strictEqual(ofRun("&backend=webgpu", "wasm"), undefined);
});
