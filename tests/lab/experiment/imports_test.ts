import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { InputError, LabError } from "../../../lab/core/errors.ts";
import {
  importEventRun,
  importFileRuns,
  importMonitorRun,
} from "../../../lab/experiment/imports/mod.ts";
import { beginLogged } from "../../../lab/experiment/logged_run.ts";
import { csvParts, tensorboardParts } from "../../../lab/store/exports/mod.ts";
import { Message } from "../../../lab/core/protobuf.ts";
import { maskedChecksum } from "../../../lab/store/exports/tensorboard.ts";
import { budgetOf } from "../../../lab/store/run_budget.ts";
import type { Store } from "../../../lab/store/store.ts";
import { addRun, manifestOf, pointAt, withStore } from "../store/fixtures.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const options = { tags: ["old"] } as const;
/** The first line of the lab's own CSV. */
const exported = [...csvParts([])].join("");

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

Deno.test("a monitor file that a second program went on with has seconds that never fall", () =>
  withStore(async (store) => {
    const text = "#{}\nr,l,t\n20,20,10.5\n30,30,20.5\n40,40,1.5\n50,50,3.5\n";
    const [{ series }] = await imported(store, "on.monitor.csv", text);
    const returns = series.find(([name]) => name === "rollout/episode_return")!;
    deepStrictEqual(returns[3], [10.5, 20.5, 22, 24]);
  }));

Deno.test("monitor files of one training share a clock, their columns, and a world where all have it", () =>
  withStore(async (store) => {
    const add = async (...texts: string[]) => {
      const files = texts.map((text, i) => ({ name: `a/${i}.monitor.csv`, bytes: utf8(text) }));
      const folder = { at: "a/*.monitor.csv", run: "a" };
      return await importMonitorRun(store, files, folder, options);
    };
    const of = (start: unknown, world: string) =>
      `#${JSON.stringify({ t_start: start, env_id: world })}\n`;
    const { ids: [id], remarks } = await add(
      `${of(100, "Pit-v0")}r,l,t,won,level\n1,2,1.5,1,easy\n3,4,9,0,\n`,
      `${of(102, "Line-v0")}r,l,t,lives\n5,6,2.25,7\n`,
    );
    deepStrictEqual(remarks, ["Left out of a/*.monitor.csv as they hold text, no numbers: level"]);
    const { name, note, manifest } = store.run(id)!;
    deepStrictEqual([name, note], ["a", "imported from a/*.monitor.csv"]);
    deepStrictEqual(manifest.determined.configuration, {});
    const found = ["rollout/episode_return", "won", "lives"].map((metric) => {
      const { environmentSteps, values, wallSeconds } = store.series(id, metric);
      return [environmentSteps, values, wallSeconds].map((each) => [...each]);
    });
    deepStrictEqual(found, [
      [[2, 8, 12], [1, 5, 3], [1.5, 4.25, 9]],
      [[2, 12], [1, 0], [1.5, 9]],
      [[8], [7], [4.25]],
    ]);
    const whole = `${of(1, "Pit-v0")}r,l,t,won\n1,2,3,1\n`;
    const wrong: [text: string, reason: RegExp][] = [
      ["#{}\nr,l,t\n1,2,3\n", /1\.monitor\.csv with others .* must have t_start, .*: null$/],
      [`${of("1", "")}r,l,t\n1,2,3\n`, /must have t_start, a number from 0 to 2⁵³ − 1: "1"$/],
      ["r,l,t\n1,2,3\n", /a\/1\.monitor\.csv as the first line .* behind its #$/],
      [`${of(1, "")}r,l,t\n1,2,-3\n`, /a\/1\.monitor\.csv, line 3 as t, its seconds, must be/],
      [`${of(1, "")}r,l,t\n1,-2,3\n`, /, line 3 of a\/1\.monitor\.csv as l, the steps .*: -2$/],
      [
        `${of(1, "")}r,l,t,won\n1,2,3,yes\n`,
        /, line 3 of a\/1\.monitor\.csv as its won must be a number, as in line 3 of a\/0\.mon/,
      ],
    ];
    for (const [text, reason] of wrong) await rejects(add(whole, text), reason);
    await rejects(
      add(of(1, "") + "r,l,t\n", of(1, "") + "r,l,t\n"),
      /\*\.monitor\.csv as it has no/,
    );
    strictEqual(store.runs().length, 1);
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

Deno.test("numbers of tables are decimal ones: what begins with 0x is text, as a hash is", () =>
  withStore(async (store) => {
    const text = "step,loss,commit\n1,.5,0x1a\n2,-2.E-1,0x2b\n3,+1e3,0b11\n";
    const { ids: [id], remarks } = await importFileRuns(store, utf8(text), "a.csv", options);
    deepStrictEqual(store.seriesNames(id), ["loss"]);
    deepStrictEqual([...store.series(id, "loss").values], [0.5, -0.2, 1000]);
    deepStrictEqual(remarks, ["Left out of a.csv as they hold text, no numbers: commit"]);
  }));

Deno.test("what a program counts stands before what Weights & Biases counts, and a list is no number", () =>
  withStore(async (store) => {
    const csv = "_step,_runtime,global_step,loss\n0,1,512,3\n1,2,1024,2\n";
    const [{ series }] = await imported(store, "history.csv", csv);
    deepStrictEqual(series, [
      ["_step", [512, 1024], [0, 1], [1, 2]],
      ["loss", [512, 1024], [3, 2], [1, 2]],
    ]);
    const rows = [1, 2].map((step) => ({ step, loss: step, grads: [step], bins: [1, step] }));
    const [lists] = await imported(store, "rows.json", JSON.stringify(rows));
    deepStrictEqual(lists.series, [["loss", [1, 2], [1, 2], [0, 0]]]);
  }));

Deno.test("what other libraries call the lab's series is kept under both names", () =>
  withStore(async (store) => {
    const own = (series: Awaited<ReturnType<typeof imported>>[number]["series"]) =>
      series.filter(([name]) => /_mean$/.test(name) && !/^rollout\/ep_/.test(name))
        .map(([name, steps, values]) => [name, steps, values]);
    const sb3 = "time/total_timesteps,rollout/ep_rew_mean,eval/mean_reward\n8,1.5,\n16,2.5,3\n";
    const [first] = await imported(store, "sb3/progress.csv", sb3);
    deepStrictEqual(first.series.map(([name]) => name), [
      ...["eval/mean_reward", "evaluation/return_mean"],
      ...["rollout/ep_rew_mean", "rollout/episode_return_mean"],
    ]);
    deepStrictEqual(own(first.series), [
      ["evaluation/return_mean", [16], [3]],
      ["rollout/episode_return_mean", [8, 16], [1.5, 2.5]],
    ]);
    // A value an episode, of which the lab has the mean of the last hundred; out of order in the file.
    const episodes = Array.from({ length: 150 }, (_, i) => `${i + 1},${i}`).reverse();
    const cleanrl = `global_step,charts/episodic_return\n${episodes.join("\n")}\n`;
    const [second] = await imported(store, "cleanrl.csv", cleanrl);
    const [[name, steps, means]] = own(second.series);
    deepStrictEqual([name, steps.length], ["rollout/episode_return_mean", 150]);
    deepStrictEqual([0, 1, 99, 100, 149].map((i) => means[i]), [0, 0.5, 49.5, 50.5, 99.5]);
    // What the file has already under the lab's name stays.
    const both = "step,rollout/ep_rew_mean,rollout/episode_return_mean\n1,2,3\n";
    const [third] = await imported(store, "both.csv", both);
    deepStrictEqual(own(third.series), [["rollout/episode_return_mean", [1], [3]]]);
    const said = await importFileRuns(store, new TextEncoder().encode(`${sb3}24,2,\n`), "b.csv", {
      ...{ axis: "environmentSteps", tags: [] },
    });
    deepStrictEqual(said.remarks, [
      "Kept under the lab's names, too: rollout/ep_rew_mean as rollout/episode_return_mean, " +
      "eval/mean_reward as evaluation/return_mean",
    ]);
  }));

Deno.test("files of one name are seeds of one experiment, unless it is said otherwise", () =>
  withStore(async (store) => {
    let contents = 0;
    const add = async (name: string, more: object = {}) => {
      const text = `step,a - x,b - x\n1,2,${++contents}\n`;
      const { ids } = await importFileRuns(store, utf8(text), name, {
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
    deepStrictEqual(await add("5.csv", { name: "mine", seed: 2n ** 60n }), [
      "mine 1152921504606846976",
      "mine 1152921504606846977",
    ]);
    const names = [
      "s1/0.monitor.csv",
      "s2/monitor.csv",
      "s3/progress.csv",
      "progress.csv",
      "s4/x.csv",
    ];
    const found: string[] = [];
    for (const name of names) {
      found.push((await imported(store, name, `r\n${++contents}\n`))[0].name);
    }
    deepStrictEqual(found, ["s1", "s2", "s3", "progress", "x"]);
    for (const more of [{ name: "mine" }, { seed: 2 }, { axis: "examples" as const }]) {
      await rejects(
        add("x.jsonl", more),
        /with --(name|seed|steps) as JSON lines say it themselves$/,
      );
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
    // Its axis may be another: any metric, under its name, or a time, as of which the rows are counted.
    const axes: [axis: string, steps: number[], seconds: number[]][] = [
      ["trainer/global_step", [0, 100], [0, 0]],
      ["train/global_step", [0, 100], [0, 0]],
      ["tokens seen", [0, 100], [0, 0]],
      ["Relative Time (Process)", [1, 2], [0, 100]],
      ["Relative Time (Wall)", [1, 2], [0, 100]],
      ["Wall Time", [1, 2], [0, 0]],
    ];
    for (const [axis, steps, seconds] of axes) {
      const file = `${axis.replace("/", " ")}.csv`;
      const ofAxis = await imported(store, file, csv.replace("Step", axis));
      deepStrictEqual(ofAxis.map(({ name, series }) => [name, series]), [
        ["ppo-1", [["return", steps, [1, 2], seconds]]],
        ["a2c", [["return", steps.slice(1), [5], seconds.slice(1)]]],
      ]);
    }
    // What no panel has beside its metrics names no axis.
    const [unknown] = await imported(store, "loss.csv", "reward,loss - train\n1,2\n");
    deepStrictEqual(unknown.series.map(([name]) => name), ["loss - train", "reward"]);
    // A run's name may hold what stands before the metric.
    const dashes = await imported(
      store,
      "b.csv",
      "Step,ppo - v2 - x,ppo - v2 - x__MIN,a - x\n1,2,2,3\n",
    );
    deepStrictEqual(dashes.map(({ name, series }) => [name, series[0][0]]), [["ppo - v2", "x"], [
      "a",
      "x",
    ]]);
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
    const wrong: [name: string, content: string | Uint8Array, reason: RegExp][] = [
      ["a.csv", "", /a\.csv as it is empty/],
      ["a.csv", "step,loss\n1,2\n3\n", /a\.csv, line 3 as it must have 2 cells: 1/],
      [
        "a.csv",
        "step,loss\nx,2\n",
        /a\.csv, line 2 as its step must be a whole number from 0 to 2⁵³ − 1: x/,
      ],
      ["a.csv", "step,loss\n1,2\n-1,2\n", /a\.csv, line 3 as its step must be .*: -1$/],
      // One more than a store keeps.
      [
        "a.csv",
        "step,loss\n9007199254740992,2\n",
        /line 2 as its step must be .*: 9007199254740992$/,
      ],
      ["a.monitor.csv", "#{}\nr,l,t\n1,-3,2\n", /line 3 as l, the steps .*: -3$/],
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
      [
        "a.csv",
        "step,loss,return\n1,2,3\n2,,4\n1,5,3\n",
        /a\.csv, line 4 as a metric must have one value at a step: loss at step 1 is 5, and 2 in line 2$/,
      ],
      [
        "a.json",
        '[{"_step": 1, "loss": 1}, {"_step": 1, "loss": 2}]',
        /a\.json, row 2 as a metric .*: loss at _step 1 is 2, and 1 in row 1$/,
      ],
      [
        "a.csv",
        "step,,loss\n1,2,3\n",
        /a\.csv, line 1 as each column must have a name: column 2 has/,
      ],
      [
        "a.csv",
        ",loss\n5,3\n",
        /a\.csv, line 1 as each column must have a name: column 1 has none$/,
      ],
      [
        "a.csv",
        "step,loss,Unnamed: 2\n1,2,3\n",
        /each column must have a name: column 3 has none$/,
      ],
      [
        "a.csv",
        '"Name","State","Created","Runtime","lr","return"\n"a","finished","2026","9","0.1","3"\n',
        /a\.csv as it is a table of Weights & Biases with a row a run: export the chart of a metric, /,
      ],
      [
        "a.csv",
        ",number,value,datetime_start,params_lr,state\n5,0,1.5,2026,0.1,COMPLETE\n",
        /a\.csv as it is a table of Optuna with a row a trial: import what each trial logged /,
      ],
      [
        "a.csv",
        "run,name,seed,metric,iteration,value\nx,a,1,loss,1,2\n",
        /a\.csv as a table with a row a point must .*: environment_steps is missing$/,
      ],
      [
        "a.csv",
        `${exported}x,a,1,loss,1,0,1,0,0.5,2\nx,a,1,loss,-1,0,2,0,1,3\n`,
        /a\.csv, line 3 as its iteration must be a whole number from 0 to 2⁵³ − 1: -1$/,
      ],
      [
        "a.csv",
        `${exported}x,a,1,loss,1,0,1,0,0.5,2\nx,a,1,loss,1.5,0,2,0,1,3\n`,
        /a\.csv, line 3 as its iteration must be a whole number from 0 to 2⁵³ − 1: 1\.5$/,
      ],
      [
        "tfevents.1",
        eventFile([[1000, "x", 2 ** 53, 1]]),
        /steps must be .*: one is 9007199254740992$/,
      ],
      ["tfevents.1", eventFile([[1000, "x", -1, 1]]), /steps must be .*: one is -1$/],
      [
        "a.csv",
        `${exported}x,a,1,loss,1,0,1,0,0.5,2\ny,,1,loss,1,0,2,0,1,3\n`,
        /a\.csv, line 3 as a run must have a name and a seed, a whole number up to 2¹²⁸ − 1: , 1$/,
      ],
      [
        "a.csv",
        `${exported}x,a,1,loss,1,0,1,0,0.5,2\nx,a,1,loss,1,0,1,0,0.5,3\n`,
        /a\.csv, line 3 as a metric must .*: loss at iteration 1 is 3, and 2 in line 2$/,
      ],
      [
        "a.csv",
        `${exported}x,a,1,loss,1,0,1,0,0.5,2\nx,a,1, ,1,0,1,0,0.5,3\n`,
        /a\.csv, line 3 as its metric must have a name$/,
      ],
      [
        "a.csv",
        `${exported}x,a,1,loss,1,0,1,0,0.5,2\ny,a,${2n ** 128n},loss,1,0,1,0,0.5,3\n`,
        /a\.csv, line 3 as a run must have .* up to 2¹²⁸ − 1: a, 340282366920938463463374607431768211456$/,
      ],
      ["a.csv", new Uint8Array(536_870_889), /at most 536870888 bytes: 536870889$/],
      ["a.csv", "step;loss\n1;0,5\n", /a\.csv as commas must separate its cells: semicolons do$/],
      ["a.csv", "step\tloss\n1\t5\n", /a\.csv as commas must separate its cells: tabs do$/],
      ...["csv", "json", "jsonl", "monitor.csv"].map((end): [string, Uint8Array, RegExp] => [
        ...[`a.${end}`, Uint8Array.of(...utf8("#"), 0xe9)] as const,
        new RegExp(`a\\.${end} as its text must be UTF-8`),
      ]),
      [
        "a.json",
        '{"runs": []}',
        /must be a list of objects, .* the CSV comes back \(export --format/,
      ],
      ["a.json", "{}", /must be a list of objects, one a step$/],
      ["a.json", "[1", /it is no JSON/],
      ["a.json", '[{"step": 1, "x": 1, "x": 2}]', /a\.json as a key stands twice in one object$/],
      [
        "a.monitor.csv",
        "#{\nr,l,t\n",
        /first line of a monitor file must be a JSON object behind its #/,
      ],
      [
        "a.monitor.csv",
        "#null\nr,l,t\n1,2,3\n",
        /first line .* must be a JSON object behind its #/,
      ],
      ["a.monitor.csv", "#[1]\nr,l,t\n1,2,3\n", /first line .* must be a JSON object behind its #/],
      ["a.monitor.csv", "#{}", /a\.monitor\.csv as a monitor file has the columns r, l and t$/],
      ["a.monitor.csv", "#{}\r\nr,l,t\r\n", /a\.monitor\.csv as it has no episodes$/],
      ["a.monitor.csv", "#{}\nr,l,t\n1,2,3,4\n", /line 3 as it must have 3 cells: 4$/],
      ["a.monitor.csv", "#{}\nr,l,t\n1,2,inf\n", /line 3 as t, its seconds, must be .*: Infinity$/],
      ["a.monitor.csv", "#{}\nr,l,t\n1,2,-3\n", /line 3 as t, its seconds, must be .*: -3$/],
      ["a.monitor.csv", "#{}\nr,l\n1,2\n", /has the columns r, l and t/],
      ["a.monitor.csv", "#{}\nr,l,t\n1,x,2\n", /line 3 as r, l and t must be numbers: 1,x,2/],
      ["a.csv", "step,x\n1,2\n2,-1e400\n", /line 3 as its x must be a number, .*: -1e400$/],
      ["a.json", '[{"step": 1, "x": 1}, {"step": 2, "x": 1e400}]', /row 2 as its x .*: Infinity$/],
      ["a.csv", "step,x\n1e400,2\n", /line 2 as its step must be a whole number from 0 .*: 1e400$/],
      ["a.csv", "Step,x\n1.5,2\n", /line 2 as its Step must be a whole number from 0 .*: 1\.5$/],
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

const archives = new URL("../../golden/stable_baselines/", import.meta.url);

/** What an archive of evaluations becomes. */
const evaluated = async (store: Store, name: string) =>
  await imported(store, `sb3/a2c/${name}`, await Deno.readFile(new URL(name, archives)));

Deno.test("an EvalCallback's evaluations are a run with the means over their episodes", () =>
  withStore(async (store) => {
    const [{ name, environmentSteps, series }] = await evaluated(store, "evaluations.npz");
    deepStrictEqual([name, environmentSteps], ["a2c", 300]);
    const values = Object.fromEntries(series.map(([name, steps, values]) => {
      deepStrictEqual(steps, [100, 200, 300], name);
      return [name, values.map((value) => Math.round(value * 1e12) / 1e12)];
    }));
    // By NumPy: the episodes lasted 9, 9, 8 steps, 8, 9, 9, and 10, 8, 8.
    const means = [8.666666666667, 8.666666666667, 8.666666666667];
    deepStrictEqual(values, {
      "eval/mean_ep_length": means,
      "eval/mean_reward": means,
      "evaluation/length_mean": means,
      "evaluation/return_mean": means,
      "evaluation/return_std": [0.471404520791, 0.471404520791, 0.942809041582],
    });
    const [second] = await evaluated(store, "successes.npz");
    const found = Object.fromEntries(second.series.map(([name, , values]) => [name, values]));
    deepStrictEqual(
      [second.name, found["eval/success_rate"], found["eval/mean_ep_length"]],
      ["successes", [0.5, 1], [4.5, 7]],
    );
    const bytes = await Deno.readFile(new URL("successes.npz", archives));
    await withStore(async (other) =>
      deepStrictEqual((await importFileRuns(other, bytes, "s.npz", options)).remarks, [
        "Left out of s.npz as Stable-Baselines3's evaluations have no such arrays: extra",
        "Kept under the lab's names, too: eval/mean_reward as evaluation/return_mean, " +
        "eval/mean_ep_length as evaluation/length_mean",
      ])
    );
  }));

Deno.test("an archive that is none of evaluations is refused, and nothing of it is stored", () =>
  withStore(async (store) => {
    const wrong: [name: string, reason: RegExp][] = [
      ["points.npz", /must have the arrays timesteps and results, .* evaluations do: data$/],
      ["unpaired.npz", /results must have a row of episodes for each of 2 timesteps: \[1, 2\]$/],
      ["uneven.npz", /uneven\.npz, results.* as its elements must be numbers/],
      [
        "twice.npz",
        /evaluation 2 as a metric must have one value at a step: eval\/mean_reward at /,
      ],
    ];
    for (const [name, reason] of wrong) {
      await rejects(evaluated(store, name), (error) => {
        ok(error instanceof InputError && !error.message.includes("\n"), String(error));
        match(error.message, reason);
        return true;
      });
    }
    await rejects(
      imported(store, "a.npz", "x"),
      /^InputError: Cannot read a\.npz as .* whole zip archive$/,
    );
    strictEqual(store.runs().length, 0);
  }));

Deno.test("content that was imported is not imported again, but one whose import broke off is", () =>
  withStore(async (store) => {
    const add = (name: string, text: string, more: object = {}) =>
      importFileRuns(store, utf8(text), name, { ...options, ...more });
    const panel = "step,a - x,b - x\n1,2,3\n";
    const { ids } = await add("s1/progress.csv", panel);
    deepStrictEqual(await add("copy/log.csv", panel, { name: "mine", seed: 7 }), {
      ...{ ids: [], known: ids, remarks: [] },
    });
    const lines = '{"run": {"name": "loop"}}\n{"metrics": {"loss": 1}}\n';
    const loop = await add("a.jsonl", lines);
    deepStrictEqual(await add("b.jsonl", lines), { ids: [], known: loop.ids, remarks: [] });
    strictEqual(store.runs().length, 3);
    // A run that lies in the trash is none, and neither is one that was left at its half.
    store.update(ids[0], { status: "failed", message: "left before its end" });
    store.trash(loop.ids[0]);
    const again = await add("s1/progress.csv", panel);
    deepStrictEqual([again.ids.length, again.known], [1, [ids[1]]]);
    strictEqual((await add("a.jsonl", lines)).ids.length, 1);
    // What was left goes to the trash, and its seed to the run that is whole.
    const seedOf = (id: string) => store.run(id)!.manifest.determined.seed;
    ok(store.run(ids[0])!.trashedAt !== null);
    deepStrictEqual(again.ids.map(seedOf), [seedOf(ids[0])]);
  }));

Deno.test("an import that fails leaves no run, however far it came", () =>
  withStore(async (store) => {
    const full = () => {
      throw new LabError("Cannot write as the disk is full");
    };
    const files = {
      "log.csv": "step,a\n1,2\n",
      "loop.jsonl": '{"run": {"name": "loop"}}\n{"metrics": {"loss": 1}}\n',
    };
    for (const [name, text] of Object.entries(files)) {
      const add = () => importFileRuns(store, utf8(text), name, options);
      Object.assign(store, { append: full });
      await rejects(add(), /disk is full/);
      deepStrictEqual(store.runs(), []);
      Reflect.deleteProperty(store, "append");
      const { ids: [id] } = await add();
      strictEqual(store.run(id)!.manifest.determined.seed, "1");
      store.trash(id);
    }
  }));

Deno.test("rows of one step are one entry where they agree", () =>
  withStore(async (store) => {
    const text = "step,loss,return\n1,0.5,\n1,,7\n2,nan,8\n2,nan,8\n";
    const [{ series }] = await imported(store, "a.csv", text);
    deepStrictEqual(series, [
      ["loss", [1, 2], [0.5, NaN], [0, 0]],
      ["return", [1, 2], [7, 8], [0, 0]],
    ]);
  }));

Deno.test("RLlib's columns are known, and what is taken for granted is said", () =>
  withStore(async (store) => {
    const add = async (head: string, row: string) => {
      const { ids: [id], remarks } = await importFileRuns(
        store,
        utf8(`${head}\n${row}\n`),
        "log.csv",
        options,
      );
      const { environmentSteps: [step], wallSeconds: [seconds] } = store.series(id, "return");
      ok(!store.seriesNames(id).some((name) => /^(|Unnamed.*)$/.test(name)));
      return [step, seconds, ...remarks];
    };
    const both = "training_iteration,timesteps_total,time_total_s,return";
    deepStrictEqual(await add(both, "3,4000,12.5,1"), [4000, 12.5]);
    deepStrictEqual(await add(both, "3,,12.5,1"), [3, 12.5]);
    deepStrictEqual(await add("return,num_env_steps_sampled", "1,80"), [80, 0]);
    deepStrictEqual(await add("return,num_env_steps_sampled_lifetime", "1,90"), [90, 0]);
    deepStrictEqual(await add(",step,return", "0,5,1"), [
      ...[5, 0, "Left out of log.csv as it numbers the rows: column 1"],
    ]);
    deepStrictEqual(await add("Unnamed: 0,return", "0,1"), [
      ...[1, 0, "Left out of log.csv as it numbers the rows: column 1"],
      "Rows of log.csv are counted as its steps, as no column is called step, or alike",
    ]);
  }));

Deno.test("the lab's own CSV gives the runs that it holds, each point at its counts", () =>
  withStore(async (store) => {
    const runs = [1, 2].map((seed) => {
      const manifest = manifestOf("corridor");
      const determined = { ...manifest.determined, seed: String(seed) };
      const { id } = store.createRun({
        ...{ name: "cor, ridor", tags: [], note: "" },
        manifest: { ...manifest, determined },
      });
      for (const i of [0, 1, 2]) store.append(id, [pointAt("a/x", i, seed / i)]);
      store.append(id, [pointAt("b", 2, -seed)]);
      store.flush();
      return id;
    });
    const whole = runs.map((id) => ({
      run: store.run(id)!,
      series: store.seriesNames(id).map((name) => store.series(id, name)),
    }));
    const text = [...csvParts(whole)].join("");
    // Where the runs lie they are there already.
    deepStrictEqual(await importFileRuns(store, utf8(text), "metrics.csv", options), {
      ...{ ids: [], known: runs, remarks: [] },
    });
    for (const more of [{ name: "mine" }, { seed: 2 }, { axis: "examples" as const }]) {
      await rejects(
        importFileRuns(store, utf8(text), "metrics.csv", { ...options, ...more }),
        /with --(name|seed|steps) as the lab's own export says it itself$/,
      );
    }
    await withStore(async (other) => {
      const { ids } = await importFileRuns(other, utf8(text), "metrics.csv", options);
      ids.forEach((id, i) => {
        const run = other.run(id)!;
        deepStrictEqual(
          [run.name, run.manifest.determined.seed, run.manifest.budgetUnit, run.status],
          ["cor, ridor", String(i + 1), "environmentSteps", "completed"],
        );
        deepStrictEqual([run.iterations, run.environmentSteps, run.examples], [2, 32, 128]);
        deepStrictEqual(
          other.seriesNames(id).map((name) => other.series(id, name)),
          whole[i].series,
        );
      });
      const { known } = await importFileRuns(other, utf8(text), "copy.csv", options);
      deepStrictEqual(known, ids);
    });
    // Another machine's runs may have the ids and the seeds of these: they are not there yet.
    const foreign = whole.map(({ run, series }) => ({
      run,
      series: series.map((each) => ({ ...each, values: each.values.map((value) => value - 1) })),
    }));
    const theirs = utf8([...csvParts(foreign)].join(""));
    const { ids, known } = await importFileRuns(store, theirs, "theirs.csv", options);
    deepStrictEqual([ids.length, known], [2, []]);
  }));

Deno.test("what a run measured twice at an iteration comes back from the lab's CSV", () =>
  withStore(async (store) => {
    const { id } = addRun(store, "measured");
    const twice = [pointAt("timing/heap_mb", 1, 5), pointAt("timing/heap_mb", 1, 6)]
      .map((point, i) => ({ ...point, wallSeconds: i + 1 }));
    store.append(id, twice);
    store.flush();
    const whole = [{ run: store.run(id)!, series: [store.series(id, "timing/heap_mb")] }];
    const text = utf8([...csvParts(whole)].join(""));
    deepStrictEqual((await importFileRuns(store, text, "metrics.csv", options)).known, [id]);
    await withStore(async (other) => {
      const { ids: [own] } = await importFileRuns(other, text, "metrics.csv", options);
      deepStrictEqual(other.series(own, "timing/heap_mb"), whole[0].series[0]);
    });
  }));

Deno.test("runs of one name that differed in their configurations are told to become seeds of one", () =>
  withStore(async (store) => {
    const whole = [0, 1].map((i) => {
      const { id } = addRun(store, "grid");
      store.append(id, [pointAt("loss", 1, i)]);
      return { run: store.run(id)!, series: [store.series(id, "loss")] };
    });
    const remarksOn = async (runs: typeof whole) => {
      let said: readonly string[] = [];
      await withStore(async (other) => {
        const text = utf8([...csvParts(runs)].join(""));
        said = (await importFileRuns(other, text, "metrics.csv", options)).remarks;
      });
      return said;
    };
    deepStrictEqual(await remarksOn(whole.slice(0, 1)), []);
    deepStrictEqual(await remarksOn(whole), [
      "metrics.csv has no configurations: runs of one name that differed in them, as those of a grid, " +
      "become seeds of one (`sync` brings whole runs)",
    ]);
  }));

Deno.test("a clock that begins anew counts on, and a free seed is the least", () =>
  withStore(async (store) => {
    const text = "step,seconds,loss\n1,10,1\n2,20,1\n3,19.5,1\n4,5,1\n5,15,1\n";
    const [{ series }] = await imported(store, "a.csv", text);
    deepStrictEqual(series[0][3], [10, 20, 19.5, 24.5, 34.5]);
    // The newest row first, as in tables of trackers: its clock falls there by the order of rows alone.
    const newestFirst = "step,seconds,loss\n30,30,1\n20,20,2\n10,10,3\n";
    const [turned] = await imported(store, "newest.csv", newestFirst);
    deepStrictEqual(turned.series[0].slice(1), [[10, 20, 30], [3, 2, 1], [10, 20, 30]]);
    const seed = BigInt("9".repeat(38));
    using logged = await beginLogged(store, { name: "a", seed });
    logged.finish();
    const [{ id }] = await imported(store, "a.csv", "step,loss\n1,2\n");
    strictEqual(store.run(id)!.manifest.determined.seed, "2");
    store.trash(id);
    const [other] = await imported(store, "a.csv", "step,loss\n1,3\n");
    strictEqual(
      store.run(other.id)!.manifest.determined.seed,
      "3",
      "what is in the trash may come back",
    );
    const again = { ...options, seed: 3 };
    const { remarks } = await importFileRuns(store, utf8("step,loss\n1,4\n"), "a.csv", again);
    match(remarks.join(), /^Another run of that name has seed 3: /);
  }));

Deno.test("a table's columns of times of day are left out by name", () =>
  withStore(async (store) => {
    const text = utf8("step,time,loss\n1,0.5,3\n2,1.5,2\n");
    const { ids: [id], remarks } = await importFileRuns(store, text, "t.csv", options);
    deepStrictEqual([...store.seriesNames(id)], ["loss"]);
    match(remarks.join(), /^Left out of t\.csv as it may be a time of day \(.*\): time$/);
    const known = utf8("step,seconds,time,loss\n1,0.5,9,3\n");
    deepStrictEqual((await importFileRuns(store, known, "u.csv", options)).remarks, []);
  }));

Deno.test("runs of the lab's CSV keep their order, whichever stands first", () =>
  withStore(async (store) => {
    const runs = ["first", "second", "third"].map((name) => {
      const { id } = addRun(store, name);
      store.append(id, [pointAt("a/x", 1, 1)]);
      store.flush();
      return { run: store.run(id)!, series: [store.series(id, "a/x")] };
    });
    // As `export --where` writes them: the newest first.
    const text = [...csvParts(runs.toReversed())].join("");
    await withStore(async (other) => {
      const { ids } = await importFileRuns(other, utf8(text), "metrics.csv", options);
      deepStrictEqual(ids.map((id) => other.run(id)!.name), ["first", "second", "third"]);
      const again = await importFileRuns(other, utf8(text), "metrics.csv", options);
      deepStrictEqual(again.known, ids);
    });
  }));

/** An event file: at each second of the clock a metric's value at a step. */
function eventFile(points: [second: number, metric: string, step: number, value: number][]) {
  const records = points.map(([second, metric, step, value]) => {
    const summary = new Message().message(1, new Message().text(1, metric).float(2, value));
    const event = new Message().double(1, second).integer(2, step).message(5, summary);
    return [...record([...event.finish()])];
  });
  return Uint8Array.from(records.flat());
}

Deno.test("event files of a folder are one run: what a restart writes again takes the first one's place", () =>
  withStore(async (store) => {
    const first = eventFile([
      [1000, "x", 1, 10],
      [1010, "x", 2, 20],
      [1011, "y", 3, 1],
      [1020, "x", 3, 30],
      [1030, "x", 5, 50],
    ]);
    const second = eventFile([[5000, "x", 2, 21], [5000, "x", 2, 22], [5010, "x", 4, 40]]);
    // In the order of their clocks, whatever they are called.
    const files = [{ name: "d/a.tfevents", bytes: second }, { name: "d/b.tfevents", bytes: first }];
    const folder = { at: "d", run: "d" };
    const { ids: [id], remarks } = await importEventRun(store, files, folder, options);
    const of = (name: string) => {
      const { environmentSteps, values, wallSeconds } = store.series(id, name);
      return [[...environmentSteps], [...values], [...wallSeconds]];
    };
    // The 3970 s between the two sessions are none of training.
    deepStrictEqual(of("x"), [[1, 2, 4], [10, 22, 40], [0, 30, 40]]);
    deepStrictEqual(of("y"), [[3], [1], [11]]);
    deepStrictEqual(remarks, ["Left out of d as they were written again later: 4 values"]);
    const again = await importEventRun(store, files.toReversed(), folder, options);
    deepStrictEqual(again.known, [id]);
    const empty = [{ name: "e/a.tfevents", bytes: record([]) }];
    await rejects(
      importEventRun(store, empty, { at: "e", run: "e" }, options),
      /^InputError: Cannot import e as it has no scalars$/,
    );
    deepStrictEqual(
      await importEventRun(store, empty, { at: "e", run: "e", mayBeEmpty: true }, options),
      { ids: [], known: [], remarks: ["Left out e as it has no scalars"] },
    );
  }));

Deno.test("an event file that says where its program went on takes back what stood from there on", () =>
  withStore(async (store) => {
    // TensorFlow's Event: session_log is field 7, whose status (1) is START (1) or CHECKPOINT (3).
    const session = (status: number) =>
      record([
        ...new Message().double(1, 2000).integer(2, 3).message(7, new Message().integer(1, status))
          .finish(),
      ]);
    const before = eventFile([[1000, "x", 2, 20], [1010, "x", 4, 40], [1020, "y", 4, 4]]);
    const after = eventFile([[2001, "x", 5, 50]]);
    const within = eventFile([[1000, "x", 2, 20], [1010, "x", 4, 40]]);
    const left = async (files: readonly Uint8Array[]) => {
      const named = files.map((bytes, i) => ({ name: `d/${i}.tfevents`, bytes }));
      const run = { at: "d", run: `${files.length}-${files[0].length}` };
      const { ids: [id] } = await importEventRun(store, named, run, options);
      return store.seriesNames(id).map((name) => {
        const { environmentSteps, values } = store.series(id, name);
        return [name, [...environmentSteps], [...values]];
      });
    };
    const started = Uint8Array.from([...session(1), ...after]);
    deepStrictEqual(await left([before, started]), [["x", [2, 5], [20, 50]]]);
    deepStrictEqual(await left([Uint8Array.from([...within, ...started])]), [
      ["x", [2, 5], [20, 50]],
    ]);
    const kept = Uint8Array.from([...session(3), ...after]);
    deepStrictEqual(await left([before, kept]), [
      ["x", [2, 4, 5], [20, 40, 50]],
      ["y", [4], [4]],
    ]);
  }));

Deno.test("steps of another program may be parts of an epoch", () =>
  withStore(async (store) => {
    const [{ series }] = await imported(store, "a.csv", "epoch,loss\n0.5,2\n1.5,1\n");
    deepStrictEqual(series[0].slice(0, 3), ["loss", [0.5, 1.5], [2, 1]]);
    // The lab's own CSV of it, with the largest seed that there is, can be read again.
    const [run] = store.runs();
    const whole = [{ run, series: [store.series(run.id, "loss")] }];
    const seed = `${2n ** 128n - 1n}`;
    const [head, ...rows] = [...csvParts(whole)].join("").trim().split("\n");
    const text = [head, ...rows.map((row) => row.replace(",a,1,", `,a,${seed},`))].join("\n");
    ok(text.includes(seed));
    await withStore(async (other) => {
      const { ids: [id] } = await importFileRuns(other, utf8(text), "metrics.csv", options);
      const { environmentSteps, manifest } = other.run(id)!;
      deepStrictEqual([environmentSteps, manifest.determined.seed], [1.5, seed]);
      deepStrictEqual([...other.series(id, "loss").environmentSteps], [0.5, 1.5]);
    });
    // TensorBoard's steps are whole: there it stands at its iterations.
    const parts = [...tensorboardParts({ ...whole[0], events: [] })];
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
    const [again] = await imported(store, "b/tfevents.1", bytes);
    deepStrictEqual(again.series[0].slice(0, 3), ["loss", [1, 2], [2, 1]]);
  }));

Deno.test("whole numbers and short ones that TensorBoard was given as tensors come back", () =>
  withStore(async (store) => {
    // TensorProto: dtype (1), tensor_shape (2), tensor_content (4), a list of values for each kind of type.
    const typed = (type: number) => new Message().integer(1, type);
    const packed = (...bytes: number[]) => Uint8Array.from(bytes);
    const shape = (size: number) => new Message().message(2, new Message().integer(1, size));
    const minusFive = packed(0xfb, ...Array(8).fill(0xff), 0x01);
    const tensors: [tag: string, tensor: Message, value: number | undefined][] = [
      ["int32", typed(3).bytes(7, packed(0x96, 0x01)), 150],
      ["int32 alone", typed(3).integer(7, 150), 150],
      ["int32 below 0", typed(3).bytes(7, minusFive), -5],
      ["int32 as content", typed(3).bytes(4, packed(0xf9, 0xff, 0xff, 0xff)), -7],
      ["uint8", typed(4).bytes(4, packed(200)), 200],
      ["int16", typed(5).bytes(4, packed(0xfe, 0xff)), -2],
      ["int8", typed(6).bytes(7, minusFive), -5],
      ["int64", typed(9).bytes(10, minusFive), -5],
      ["int64 as content", typed(9).bytes(4, packed(0, 0, 0, 0, 0, 1, 0, 0)), 2 ** 40],
      ["bool", typed(10).bytes(11, packed(1)), 1],
      ["bfloat16", typed(14).bytes(13, packed(0x80, 0x7f)), 1],
      ["bfloat16 as content", typed(14).bytes(4, packed(0x80, 0xbf)), -1],
      ["uint16", typed(17).bytes(4, packed(0x60, 0xea)), 60000],
      ["half", typed(19).bytes(13, packed(0x80, 0x78)), 1],
      ["half as content", typed(19).bytes(4, packed(0, 0xb8)), -0.5],
      ["uint32", typed(22).bytes(16, packed(0x80, 0xd0, 0xac, 0xf3, 0x0e)), 4e9],
      ["uint64", typed(23).bytes(17, packed(5)), 5],
      ["double, packed", typed(2).bytes(6, new Uint8Array(Float64Array.of(0.1).buffer)), 0.1],
      ["one in a row", typed(3).message(2, shape(1)).bytes(7, packed(3)), 3],
      ["of no value", typed(9), 0],
      // What is no number, or several, is named.
      ["row", typed(1).message(2, shape(2)).bytes(5, new Uint8Array(8)), undefined],
      ["row of no value", typed(3).message(2, shape(2)), undefined],
      ["two", typed(3).bytes(7, packed(1, 2)), undefined],
      ["text", typed(7).text(8, "hi"), undefined],
    ];
    const summary = new Message().messages(
      1,
      tensors,
      ([tag, tensor]) => new Message().text(1, tag).message(8, tensor),
    );
    const event = record([...new Message().integer(2, 1).message(5, summary).finish()]);
    const { ids: [id], others } = await importFileRuns(store, event, "d/tfevents.1", options);
    deepStrictEqual(others, ["row", "row of no value", "two", "text"]);
    const kept = tensors.filter(([, , value]) => value !== undefined);
    deepStrictEqual(
      Object.fromEntries(
        store.seriesNames(id).map((tag) => [tag, store.series(id, tag).values[0]]),
      ),
      Object.fromEntries(kept.map(([tag, , value]) => [tag, value])),
    );
    const picture = new Message().message(1, new Message().text(1, "x").message(4, new Message()));
    const none = record([...new Message().integer(2, 1).message(5, picture).finish()]);
    await rejects(
      importFileRuns(store, none, "e/tfevents.1", options),
      /^InputError: Cannot import e\/tfevents\.1 as it has no scalars, but x$/,
    );
  }));

Deno.test("what an event file lacks at its end is said, and a clock that shows no time is none", () =>
  withStore(async (store) => {
    const whole = eventFile([[1000, "x", 1, 10], [NaN, "x", 2, 20], [Infinity, "x", 3, 30], [
      1004,
      "x",
      4,
      40,
    ]]);
    const { ids: [id], remarks } = await importFileRuns(store, whole, "d/tfevents.1", options);
    deepStrictEqual([...store.series(id, "x").wallSeconds], [0, 0, 0, 4]);
    deepStrictEqual(remarks, []);
    const cut = await importFileRuns(store, whole.subarray(0, -7), "c/tfevents.1", options);
    deepStrictEqual(cut.remarks, [
      `Left out of c/tfevents.1 as its last record is cut off: ${whole.length / 4 - 7} bytes`,
    ]);
  }));

Deno.test("times of a table that are none are left out, and its run can be read", () =>
  withStore(async (store) => {
    const text = "step,seconds,loss\n1,inf,1\n2,5,2\n3,-1,3\n4,1e300,4\n5,7,5\n";
    const [{ series }] = await imported(store, "a.csv", text);
    deepStrictEqual(series[0][3], [0, 5, 5, 5, 7]);
    deepStrictEqual(store.damagedRuns(), []);
  }));

Deno.test("a monitor file's further columns are series by their names, those of text are named", () =>
  withStore(async (store) => {
    const text = "#{}\nr,l,t,is_success,level,won\n1,2,3,1,easy,\n4,2,4,0,hard,7\n";
    const { ids: [id], remarks } = await importFileRuns(store, utf8(text), "a.csv", options);
    deepStrictEqual(remarks, ["Left out of a.csv as they hold text, no numbers: level"]);
    deepStrictEqual(
      ["is_success", "won"].map((name) => [...store.series(id, name).values]),
      [[1, 0], [7]],
    );
  }));

Deno.test("seeds beyond the largest are refused before a run of their file is stored", () =>
  withStore(async (store) => {
    const seed = 2n ** 128n - 1n;
    const add = (text: string, first: bigint) =>
      importFileRuns(store, utf8(text), "a.csv", { ...options, seed: first });
    const panel = "step,a - x,b - x\n1,2,3\n";
    await rejects(add(panel, seed), {
      name: "InputError",
      message: "Cannot import a.csv as seeds must be at most 2¹²⁸ − 1: its 2 runs would begin at " +
        seed,
    });
    await rejects(
      add("loss\n1\n", seed + 1n),
      /its run would have 340282366920938463463374607431768211456$/,
    );
    strictEqual(store.runs().length, 0);
    const { ids } = await add(panel, seed - 1n);
    deepStrictEqual(ids.map((id) => store.run(id)!.manifest.determined.seed), [
      ...[`${seed - 1n}`, `${seed}`],
    ]);
  }));

Deno.test("columns that the lab's CSV does not have are named, and ends of names may be capitals", () =>
  withStore(async (store) => {
    const [head] = exported.split("\n");
    const text = `${head},note\nx,a,1,loss,1,0,1,0,0.5,2,why\n`;
    const { remarks } = await importFileRuns(store, utf8(text), "M.CSV", options);
    deepStrictEqual(remarks, [
      "Left out of M.CSV as the lab's own export has no such columns: note",
    ]);
    const [{ name }] = await imported(store, "LOG.CSV", "step,loss\n1,2\n");
    strictEqual(name, "LOG");
    const lines = '{"run": {"name": "loop"}}\n';
    strictEqual((await importFileRuns(store, utf8(lines), "A.JSONL", options)).ids.length, 1);
  }));

Deno.test("a run whose score is another than its last evaluation is named: its file does not say that it stopped", () =>
  withStore(async (store) => {
    const add = async (...rows: [metric: string, iteration: number, value: number][]) => {
      const text = rows.map(([metric, iteration, value]) =>
        `x,a,1,${metric},${iteration},0,${iteration},0,${iteration},${value}\n`
      );
      const bytes = utf8(exported + text.join(""));
      return await importFileRuns(store, bytes, "metrics.csv", options);
    };
    const evaluated = ["evaluation/return_mean", 2, 500] as const;
    const { ids: [id], remarks } = await add([...evaluated], ["score/return_mean", 2, 470]);
    deepStrictEqual(remarks, [
      `Shown by the last evaluation, for which a rule had waited: ${id}; what such a run is judged ` +
      "by is its score, the series score/…",
    ]);
    // Where both are one figure, or the run went on from there, the last evaluation is what counts.
    deepStrictEqual((await add([...evaluated], ["score/return_mean", 2, 500])).remarks, []);
    deepStrictEqual((await add([...evaluated], ["score/return_mean", 1, 470])).remarks, []);
  }));

Deno.test("a log that has grown since it was imported is said to be the same run", () =>
  withStore(async (store) => {
    const add = (name: string, text: string) => importFileRuns(store, utf8(text), name, options);
    const { ids: [first] } = await add("a/progress.csv", "step,loss,rate\n1,5,1\n2,4,1\n");
    const said = (id: string) => [
      `The run ${id} is the beginning of a/progress.csv, imported before: delete it, or both count ` +
      "as seeds",
    ];
    const grown = "step,loss,rate\n1,5,1\n2,4,1\n3,3,1\n";
    deepStrictEqual((await add("a/progress.csv", grown)).remarks, said(first));
    // Other seeds agree in what has no chance in it alone, and other steps are another run's.
    for (const other of [grown.replace("2,4", "2,4.5"), grown.replaceAll(/^(\d)/gm, "$10")]) {
      deepStrictEqual((await add("a/progress.csv", other)).remarks, []);
    }
  }));
