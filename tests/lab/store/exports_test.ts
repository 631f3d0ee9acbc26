import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { csvRecords } from "../../../lab/core/csv.ts";
import { encodePng } from "../../../lab/core/png.ts";
import { type Run, runStatuses, type Series } from "../../../lab/store/store.ts";
import {
  csvParts,
  type ExportedRun,
  jsonParts,
  tensorboardFileName,
  tensorboardParts,
} from "../../../lab/store/exports/mod.ts";

const run: Run = {
  id: "01k9",
  name: 'a "quoted", name\nof two lines',
  status: "completed",
  active: false,
  manifest: {
    determined: {
      experiment: "cartpole-ppo",
      version: 1,
      configuration: { agent: { name: "ppo", learningRate: 0.001 }, budget: 100 },
      seed: "340282366920938463463374607431768211455",
      backend: "tfjs-wasm",
    },
    definition: { module: "experiments/cartpole.ts", hash: "00" },
    code: { revision: null, dirty: null, hash: "11", lock: "22" },
    versions: {},
    machine: { adapter: null, cpuFeatures: [], cores: 2, os: "linux" },
    backendReason: "asked for",
  },
  tags: ["größe"],
  note: "first try",
  createdAt: 1_700_000_000_500,
  endedAt: null,
  wallSeconds: 2,
  environmentSteps: 2 ** 33 + 5,
  gradientSteps: 3,
  examples: 0,
  iterations: 2,
  digest: null,
  message: null,
  attempt: 1,
  trashedAt: null,
};

const columns = (values: readonly number[], name: string): Series => ({
  name,
  iterations: Float64Array.from(values, (_, i) => i + 1),
  environmentSteps: Float64Array.from(values, (_, i) => i === 0 ? 5 : 2 ** 33 + i),
  gradientSteps: Float64Array.from(values, (_, i) => 3 * i),
  examples: new Float64Array(values.length),
  wallSeconds: Float64Array.from(values, (_, i) => i + 0.25),
  values: Float64Array.from(values),
  total: values.length,
});

const exported: ExportedRun = {
  run,
  series: [
    columns([0.1, NaN, -0, Infinity, -Infinity], "losses/policy"),
    columns([1e-300, 500], "evaluation/return_mean"),
  ],
  events: [{ level: "warning", message: "größer", at: 1_700_000_001_000, iteration: 2 }],
  artifacts: [{ name: "samples", iteration: 1, mediaType: "image/png", hash: "ab", bytes: 9 }],
  checkpoints: [],
};

/** A CSV reader of its own: quoted fields may hold commas, quotes and line feeds. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n)/g)) {
    rows.at(-1)!.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === "\n") rows.push([]);
  }
  return rows.slice(0, -1);
}

Deno.test("CSV holds a line a point, quoted as RFC 4180 wants it", () => {
  const rows = parseCsv([...csvParts([exported])].join(""));
  deepStrictEqual(
    rows[0].join(","),
    "run,name,seed,metric,iteration,environment_steps,gradient_steps,examples,wall_seconds,value",
  );
  strictEqual(rows.length, 8);
  ok(rows.every((row) => row.length === rows[0].length));
  const labels = [run.id, run.name, run.manifest.determined.seed, "losses/policy"];
  deepStrictEqual(rows[1], [...labels, "1", "5", "0", "0", "0.25", "0.1"]);
  deepStrictEqual(rows.slice(1).map((row) => row.at(-1)), [
    "0.1",
    "NaN",
    "-0.0",
    "inf",
    "-inf",
    "1e-300",
    "500",
  ]);
});

Deno.test("names keep the blanks at their ends in the lab's own CSV", () => {
  const blank = { ...exported, series: [columns([1], " loss"), columns([2], "loss ")] };
  const text = [...csvParts([{ ...blank, run: { ...run, name: "\u3000two words" } }])].join("");
  const rows = [...csvRecords(text, "read it")].slice(1).map(({ cells }) => [cells[1], cells[3]]);
  deepStrictEqual(rows, [["\u3000two words", " loss"], ["\u3000two words", "loss "]]);
});

Deno.test("JSON holds the run, its series in columns, and values that are not finite as text", () => {
  const text = [...jsonParts([exported, exported])].join("");
  const { runs } = JSON.parse(text);
  strictEqual(runs.length, 2);
  const [first] = runs;
  strictEqual(first.manifest.determined.seed, run.manifest.determined.seed);
  strictEqual(first.name, run.name);
  deepStrictEqual(first.series["losses/policy"].values, [0.1, "NaN", -0, "Infinity", "-Infinity"]);
  ok(text.includes('"values":[0.1,"NaN",-0.0,"Infinity"'));
  deepStrictEqual(first.series["evaluation/return_mean"], {
    iterations: [1, 2],
    environmentSteps: [5, 2 ** 33 + 1],
    gradientSteps: [0, 3],
    examples: [0, 0],
    wallSeconds: [0.25, 1.25],
    values: [1e-300, 500],
  });
  deepStrictEqual(first.events, exported.events);
  deepStrictEqual(first.artifacts, exported.artifacts);
  deepStrictEqual(JSON.parse([...jsonParts([])].join("")), { runs: [] });
});

// Once read back with TensorBoard 2.21.0 (EventAccumulator, the messages of hparams) and pandas 3.1.1 (read_csv).
/** CRC-32C bit by bit, then TensorFlow's mask. */
function maskedCrc(bytes: Uint8Array): number {
  let crc = 0xffffffffn;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? crc >> 1n ^ 0x82f63b78n : crc >> 1n;
  }
  crc ^= 0xffffffffn;
  return Number(((crc >> 15n | crc << 17n) + 0xa282ead8n) & 0xffffffffn);
}

type Fields = Map<number, Uint8Array[]>;

/** Fields of a message: numbers as their little-endian bytes, varints as 8 bytes. */
function parseMessage(bytes: Uint8Array): Fields {
  const fields: Fields = new Map();
  let position = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n;; shift += 7n) {
      const byte = bytes[position++];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (position < bytes.length) {
    const key = Number(varint());
    const kind = key & 7;
    let content: Uint8Array;
    if (kind === 0) {
      content = new Uint8Array(new BigUint64Array([varint()]).buffer);
    } else {
      const length = kind === 1 ? 8 : kind === 5 ? 4 : Number(varint());
      content = bytes.slice(position, position + length);
      strictEqual(content.length, length, "a field ends beyond its message");
      position += length;
    }
    fields.set(key >> 3, [...fields.get(key >> 3) ?? [], content]);
  }
  return fields;
}

/** Events of a file, with both checksums of every record checked. */
function parseEvents(bytes: Uint8Array): Fields[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const events: Fields[] = [];
  for (let position = 0; position < bytes.length;) {
    const length = Number(view.getBigUint64(position, true));
    const content = bytes.subarray(position + 12, position + 12 + length);
    strictEqual(
      view.getUint32(position + 8, true),
      maskedCrc(bytes.subarray(position, position + 8)),
    );
    strictEqual(view.getUint32(position + 12 + length, true), maskedCrc(content));
    events.push(parseMessage(content));
    position += 16 + length;
  }
  return events;
}

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Tag, step, wall time and value of an event's summary. */
function summaryOf(event: Fields) {
  const value = parseMessage(parseMessage(event.get(5)![0]).get(1)![0]);
  const tensor = value.get(8)?.[0];
  return {
    tag: textOf(value.get(1)![0]),
    step: Number(view(event.get(2)![0]).getBigUint64(0, true)),
    at: view(event.get(1)![0]).getFloat64(0, true),
    value: tensor !== undefined
      ? textOf(parseMessage(tensor).get(8)![0])
      : value.has(2)
      ? view(value.get(2)![0]).getFloat32(0, true)
      : value,
  };
}

/** What the plugin `hparams` is told in a summary's value: the fields of its message. */
function sessionOf(value: unknown, field: number): Fields {
  const plugin = parseMessage(parseMessage((value as Fields).get(9)![0]).get(1)![0]);
  strictEqual(textOf(plugin.get(1)![0]), "hparams");
  return parseMessage(parseMessage(plugin.get(2)![0]).get(field)![0]);
}

function whole(parts: Iterable<Uint8Array>): Uint8Array {
  return Uint8Array.from([...parts].flatMap((part) => [...part]));
}

Deno.test("a TensorBoard file holds version, configuration, events and every scalar", () => {
  strictEqual(tensorboardFileName(run), "events.out.tfevents.1700000000.01k9");
  const [version, ...events] = parseEvents(whole(tensorboardParts(exported)));
  strictEqual(textOf(version.get(3)![0]), "brain.Event:2");
  const [session, configuration, experiment, warning, ...scalars] = events.map(summaryOf);
  strictEqual(session.tag, "_hparams_/session_start_info");
  strictEqual(configuration.tag, "configuration");
  const written = JSON.parse(configuration.value as string);
  deepStrictEqual(written.agent, { name: "ppo", learningRate: 0.001 });
  strictEqual(written.seed, run.manifest.determined.seed);
  strictEqual(experiment.value, `cartpole-ppo: run 01k9 (${run.name})\n\nfirst try`);
  deepStrictEqual(warning, {
    tag: "events/warning",
    step: 2 ** 33 + 1, // as the scalars of its iteration
    at: 1_700_000_001,
    value: "größer",
  });
  deepStrictEqual(
    scalars,
    exported.series.flatMap((points) =>
      [...points.values].map((value, i) => ({
        tag: points.name,
        step: points.environmentSteps[i],
        at: 1_700_000_000.5 + points.wallSeconds[i],
        value: Math.fround(value),
      }))
    ),
  );
});

Deno.test("a TensorBoard file tells the configuration as hyperparameters, and how the run ended", () => {
  const ended = { ...run, endedAt: run.createdAt + 2000 };
  const [, begins, ends] = parseEvents(whole(tensorboardParts({ ...exported, run: ended })))
    .map((event) => event.has(5) ? summaryOf(event) : undefined);
  const fields = sessionOf(begins!.value, 3).get(1)!.map((bytes) => {
    const [path, value] = [1, 2].map((field) => parseMessage(bytes).get(field)![0]);
    const [[kind, [content]]] = parseMessage(value);
    return [textOf(path), kind === 2 ? view(content).getFloat64(0, true) : textOf(content)];
  });
  deepStrictEqual(fields, [
    ["agent.name", "ppo"],
    ["agent.learningRate", 0.001],
    ["budget", 100],
    ["seed", run.manifest.determined.seed],
  ]);
  deepStrictEqual([ends!.tag, ends!.at], ["_hparams_/session_end_info", 1_700_000_002.5]);
  strictEqual(sessionOf(ends!.value, 4).get(1)![0][0], 1);
});

Deno.test("TensorBoard is told of a failure where a run failed or diverged, else of a success", () => {
  const told = runStatuses.map((status) => {
    const ended = { ...run, status, endedAt: run.createdAt + 2000 };
    const [, , ends] = parseEvents(whole(tensorboardParts({ ...exported, run: ended })));
    return [status, sessionOf(summaryOf(ends).value, 4).get(1)![0][0]] as const;
  });
  const failures = told.filter(([, how]) => how !== 1);
  deepStrictEqual(failures, [["diverged", 2], ["failed", 2]]);
});

Deno.test("a TensorBoard file shows pictures at the step and time of their evaluation", () => {
  const bytes = encodePng({ width: 3, height: 2, channels: 3, pixels: new Uint8Array(18) });
  const picture = { artifact: { name: "samples", iteration: 2 }, bytes };
  const last = parseEvents(whole(tensorboardParts(exported, "environmentSteps", [picture]))).at(-1);
  const { tag, step, at, value } = summaryOf(last!);
  deepStrictEqual([tag, step, at], ["samples", 2 ** 33 + 1, 1_700_000_001.75]);
  const image = parseMessage((value as unknown as Fields).get(4)![0]);
  deepStrictEqual([1, 2, 3].map((field) => image.get(field)![0][0]), [2, 3, 3]);
  deepStrictEqual(image.get(4)![0], Uint8Array.from(bytes));
});

Deno.test("what happens where no series has a point stands at the last point before in TensorBoard", () => {
  const [{ iteration: _, ...event }] = exported.events;
  const [series] = exported.series;
  const apart = { ...series, iterations: series.iterations.map((at) => 10 * at) };
  const events = [0, 10, 29, 99].map((iteration) => ({ ...event, iteration }));
  const told = parseEvents(whole(tensorboardParts({ ...exported, series: [apart], events })))
    .slice(4, 8).map((each) => summaryOf(each).step);
  deepStrictEqual(told, [0, 5, 2 ** 33 + 1, 2 ** 33 + 4]);
});

Deno.test("the step axis of a TensorBoard file can be chosen, and is gradient steps for models", () => {
  const steps = (parts: Iterable<Uint8Array>) =>
    parseEvents(whole(parts)).slice(5).map((event) => summaryOf(event).step);
  deepStrictEqual(steps(tensorboardParts(exported, "iterations")), [1, 2, 3, 4, 5, 1, 2]);
  const model = { ...exported, run: { ...run, environmentSteps: 0 } };
  deepStrictEqual(steps(tensorboardParts(model)), [0, 3, 6, 9, 12, 0, 3]);
  // A loop of one's own may count examples, or its iterations alone.
  const logged = { ...exported, run: { ...run, environmentSteps: 0, gradientSteps: 0 } };
  const byExamples = { ...logged, run: { ...logged.run, examples: 5 } };
  deepStrictEqual(
    steps(tensorboardParts(byExamples)),
    steps(tensorboardParts(exported, "examples")),
  );
  const byIterations = { ...logged, run: { ...logged.run, examples: 0 } };
  deepStrictEqual(steps(tensorboardParts(byIterations)), [1, 2, 3, 4, 5, 1, 2]);
});

Deno.test("TensorBoard gets what no float32 and no whole step holds as near as it can", () => {
  const [first] = exported.series;
  const values = first.values.map((value, i) => i === 0 ? 1e39 : value);
  const steps = first.iterations.map((at) => at / 4);
  const odd = { ...exported, series: [{ ...first, values, iterations: steps }] };
  const events = parseEvents(whole(tensorboardParts(odd, "iterations"))).slice(5).map(summaryOf);
  deepStrictEqual(events.map(({ step }) => step), [...steps].map(Math.floor));
});
