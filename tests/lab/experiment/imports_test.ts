import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { InputError } from "../../../lab/core/errors.ts";
import { importFileRuns } from "../../../lab/experiment/imports/mod.ts";
import { tensorboardParts } from "../../../lab/store/exports/mod.ts";
import { Message } from "../../../lab/core/protobuf.ts";
import { maskedChecksum } from "../../../lab/store/exports/tensorboard.ts";
import { budgetOf } from "../../../lab/store/run_budget.ts";
import type { Store } from "../../../lab/store/store.ts";
import { addRun, pointAt, withStore } from "../store/fixtures.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const options = { axis: "environmentSteps", tags: ["old"] } as const;

/** What a file becomes: of each run its name, its series as steps and values, its seconds. */
async function imported(store: Store, name: string, content: string | Uint8Array) {
  const bytes = typeof content === "string" ? utf8(content) : content;
  const { ids } = await importFileRuns(store, bytes, name, options);
  return ids.map((id) => {
    const { name, tags, note, status, environmentSteps } = store.run(id)!;
    deepStrictEqual([tags, status], [["old"], "completed"]);
    match(note, /^imported from /);
    const series = store.seriesNames(id).map((name) => {
      const { environmentSteps, values, wallSeconds } = store.series(id, name);
      return [name, [...environmentSteps], [...values], [...wallSeconds]] as const;
    });
    return { id, name, environmentSteps, series };
  });
}

/** A TFRecord. */
function record(content: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(16 + content.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length, true);
  view.setUint32(8, maskedChecksum(bytes.subarray(0, 8)), true);
  bytes.set(content, 12);
  view.setUint32(12 + content.length, maskedChecksum(Uint8Array.from(content)), true);
  return bytes;
}

Deno.test("what TensorBoard was given comes back, to float32 and by its steps", () =>
  withStore(async (store) => {
    const { id } = addRun(store);
    for (let i = 1; i <= 5; i++) {
      store.append(id, [pointAt("losses/policy", i, i / 3), pointAt("losses/value", i, -i)]);
    }
    store.update(id, { status: "completed", environmentSteps: 80 });
    const series = store.seriesNames(id).map((name) => store.series(id, name));
    const parts = [...tensorboardParts({ run: store.run(id)!, series, events: [] })];
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
    const name = "logs/ppo_1/events.out.tfevents.1.host";
    const [run] = await imported(store, name, bytes);
    strictEqual(run.name, "ppo_1");
    deepStrictEqual(run.series.map(([name, steps, values]) => [name, steps, values]), [
      ["losses/policy", [16, 32, 48, 64, 80], [1, 2, 3, 4, 5].map((i) => Math.fround(i / 3))],
      ["losses/value", [16, 32, 48, 64, 80], [-1, -2, -3, -4, -5]],
    ]);
    ok(Math.abs(run.series[0][3][4] - 4 / 7 - 1 / 7) < 1e-3);

    // A record that is still being written is left out; a flipped bit is no number.
    const [cut] = await imported(store, name, bytes.subarray(0, bytes.length - 3));
    strictEqual(cut.series[1][2].length, 4);
    const count = store.runs().length;
    const flipped = bytes.with(bytes.length - 6, bytes[bytes.length - 6] ^ 1);
    await rejects(imported(store, name, flipped), /tfevents\.1\.host as it is damaged at byte \d+/);
    await rejects(imported(store, name, record([])), /it has no scalars/);
    strictEqual(store.runs().length, count);

    // TensorFlow 2 writes scalars as tensors: DT_FLOAT (1), its bytes in tensor_content.
    const content = new Uint8Array(Float32Array.of(0.5).buffer);
    const tensors = [
      new Message().integer(1, 1).bytes(4, content),
      new Message().integer(1, 1).float(5, 0.25),
    ];
    const events = tensors.map((tensor, step) => {
      const summary = new Message().message(1, new Message().text(1, "loss").message(8, tensor));
      return record([...new Message().integer(2, step).message(5, summary).finish()]);
    });
    const second = new Uint8Array(await new Blob(events as BlobPart[]).arrayBuffer());
    const [two] = await imported(store, name, second);
    deepStrictEqual(two.series.map(([name, steps, values]) => [name, steps, values]), [
      ["loss", [0, 1], [0.5, 0.25]],
    ]);
  }));

Deno.test("a monitor file's episodes come with the mean of the last hundred", () =>
  withStore(async (store) => {
    const lines = Array.from({ length: 150 }, (_, i) => `${i}.0,${10 + i % 2},${i / 4}`);
    const text = `#{"t_start": 1700000000.5, "env_id": "CartPole-v1"}\nr,l,t\n${
      lines.join("\n")
    }\n`;
    const [{ id, name, environmentSteps, series }] = await imported(store, "a/0.monitor.csv", text);
    strictEqual(name, "a");
    deepStrictEqual(store.run(id)!.manifest.determined.configuration, {
      environment: { id: "CartPole-v1" },
    });
    const of = (wanted: string) => series.find(([name]) => name === wanted)!;
    strictEqual(of("rollout/episode_return_mean")[2][149], (50 + 149) / 2);
    strictEqual(of("rollout/episode_return_mean")[2][9], 4.5);
    strictEqual(of("rollout/episode_length_mean")[2][149], 10.5);
    deepStrictEqual(of("rollout/episode_return")[1].slice(0, 3), [10, 21, 31]);
    deepStrictEqual(of("rollout/episode_return")[3].slice(0, 3), [0, 0.25, 0.5]);
    strictEqual(environmentSteps, 1575);
    strictEqual(budgetOf(store.run(id)!).spent, 1575);
  }));

Deno.test("tables of any logger: steps, seconds, quotes, empty cells, what is not finite", () =>
  withStore(async (store) => {
    const csv = '\ufeffglobal_step,"loss, total",time/time_elapsed,note,grad\r\n' +
      '10,0.5,1,"a ""b""\nc",\r\n30,nan,3,,-inf\r\n\r\n20,0.25,2,,7\r\n';
    const [{ name, series }] = await imported(store, "logs/progress.csv", csv);
    // All of its program's files are called so.
    strictEqual(name, "logs");
    deepStrictEqual(series, [
      ["grad", [20, 30], [7, -Infinity], [2, 3]],
      ["loss, total", [10, 20, 30], [0.5, 0.25, NaN], [1, 2, 3]],
    ]);
    // Without a column of steps rows are counted.
    const [plain] = await imported(store, "x.csv", "loss\n3\n2\n");
    deepStrictEqual(plain.series, [["loss", [1, 2], [3, 2], [0, 0]]]);
  }));

Deno.test("files of one name are seeds of one experiment, unless it is said otherwise", () =>
  withStore(async (store) => {
    const add = async (name: string, more: object = {}) => {
      const { ids } = await importFileRuns(store, utf8("step,a - x,b - x\n1,2,3\n"), name, {
        ...{ ...options, ...more },
      });
      return ids.map((id) => {
        const { experiment, seed } = store.run(id)!.manifest.determined;
        return `${experiment} ${seed}`;
      });
    };
    deepStrictEqual(await add("1.csv"), ["a 1", "b 1"]);
    deepStrictEqual(await add("2.csv"), ["a 2", "b 2"]);
    deepStrictEqual(await add("3.csv", { name: "mine" }), ["mine 1", "mine 2"]);
    deepStrictEqual(await add("4.csv", { name: "mine", seed: 7 }), ["mine 7", "mine 8"]);
    const names = [
      "s1/0.monitor.csv",
      "s2/monitor.csv",
      "s3/progress.csv",
      "progress.csv",
      "s4/x.csv",
    ];
    const found: string[] = [];
    for (const name of names) found.push((await imported(store, name, "r\n1\n"))[0].name);
    deepStrictEqual(found, ["s1", "s2", "s3", "progress", "x"]);
    for (const more of [{ name: "mine" }, { seed: 2 }]) {
      await rejects(add("x.jsonl", more), /with --(name|seed) as JSON lines say it themselves$/);
    }
  }));

Deno.test("what the page of Weights & Biases exports is a run for each of its runs", () =>
  withStore(async (store) => {
    const csv =
      '"Step","ppo-1 - return","ppo-1 - return__MIN","ppo-1 - return__MAX","a2c - return"\n' +
      '"0","1","1","1",""\n"100","2","2","2","5"\n';
    const runs = await imported(store, "wandb_export.csv", csv);
    deepStrictEqual(runs.map(({ name, series }) => [name, series]), [
      ["ppo-1", [["return", [0, 100], [1, 2], [0, 0]]]],
      ["a2c", [["return", [100], [5], [0]]]],
    ]);
    // One column that is called so makes no panel of the others.
    const [plain, ...none] = await imported(store, "own.csv", "step,reward,loss - train\n1,2,3\n");
    deepStrictEqual([plain.name, plain.series, none], [
      "own",
      [["loss - train", [1], [3], [0]], ["reward", [1], [2], [0]]],
      [],
    ]);
    const json = JSON.stringify([
      { _step: 1, _runtime: 2.5, _timestamp: 1.7e9, loss: 0.5, image: { _type: "image" } },
      { _step: 2, _runtime: 5, _timestamp: 1.7e9, loss: "NaN", accuracy: 1 },
    ]);
    const [history] = await imported(store, "history.json", json);
    deepStrictEqual(history.series, [
      ["accuracy", [2], [1], [5]],
      ["loss", [1, 2], [0.5, NaN], [2.5, 5]],
    ]);
  }));

Deno.test("a file that is wrong is refused in a line that says where, and nothing of it is stored", () =>
  withStore(async (store) => {
    const wrong: [name: string, content: string, reason: RegExp][] = [
      ["a.csv", "", /a\.csv as it is empty/],
      ["a.csv", "step,loss\n1,2\n3\n", /a\.csv, line 3 as it must have 2 cells: 1/],
      ["a.csv", "step,loss\nx,2\n", /a\.csv, line 2 as its step must be a number ≥ 0: x/],
      ["a.csv", "step,loss,loss\n1,2,3\n", /line 1 as its columns must differ: loss stands there/],
      ["a.csv", "step,loss\n1,high\n", /no column holds numbers/],
      [
        "a.csv",
        "step,loss,return\n1,2,3\n\n2,,3\n3,high,3\n",
        /a\.csv, line 5 as its loss must be a number, as in line 2, or empty: high$/,
      ],
      [
        "a.csv",
        'step,loss,return\n1,"0,5",3\n2,"1,5e-3",3\n',
        /a\.csv, line 2 as its loss must be a number with a decimal point: 0,5$/,
      ],
      [
        "a.csv",
        "step,seconds,return\n1,2,3\n2,0:03,3\n",
        /a\.csv, line 3 as its seconds must be a number, as in line 2, or empty: 0:03$/,
      ],
      [
        "a.json",
        '[{"loss": 1}, {"loss": null}, {"loss": {"a": "b"}}]',
        /a\.json, row 3 as its loss must be a number, as in row 1, or empty: \{"a":"b"\}$/,
      ],
      ["a.csv", 'step,loss\n1,"2\n', /import a\.csv as quotes must be closed .*: line 2$/],
      ["a.json", "{}", /must be a list of objects/],
      ["a.json", "[1", /it is no JSON/],
      ["a.monitor.csv", "#{\nr,l,t\n", /its first line must be JSON behind a #/],
      ["a.monitor.csv", "#{}\nr,l\n1,2\n", /has the columns r, l and t/],
      ["a.monitor.csv", "#{}\nr,l,t\n1,x,2\n", /line 3 as r, l and t must be numbers: 1,x,2/],
      ["a.pickle", "x", /must be JSON lines \(\.jsonl\), a TensorBoard file/],
    ];
    for (const [name, content, reason] of wrong) {
      await rejects(imported(store, name, content), (error) => {
        ok(error instanceof InputError && !error.message.includes("\n"), String(error));
        match(error.message, reason);
        return true;
      });
    }
    strictEqual(store.runs().length, 0);
  }));
