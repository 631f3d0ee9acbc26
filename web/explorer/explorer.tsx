/**
 * A trained generative model in the hand of who looks. What it offers says what the page shows: codes
 * to drag and turn, a pad to draw on, samples, partners, classes, the surface of a score.
 *
 * @module
 */
import { type Signal, useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { RecentlyUsed } from "../../lab/core/recently_used.ts";
import { classMeans, interpolated } from "../../models/codes.ts";
import { type LoadedModel, loadModel } from "../../models/model_file.ts";
import { type Bounds, decodePlane, type Plane } from "../../models/plane.ts";
import { ask, reasonOf } from "../ask.ts";
import { Film } from "../components/film.tsx";
import type { KeptModel, Picture as KeptPicture } from "../contents.ts";
import { decodeExamples, type Examples } from "../examples.ts";
import type { Part } from "../file_parts.ts";
import { count, figure, hundredths, momentWords } from "../format.ts";
import { reconnections } from "../live.ts";
import { chosenIteration, nearestTo } from "../moment.ts";
import { fieldOf } from "../training/form.ts";
import { Bars } from "./bars.tsx";
import { type Drawer, type Drawing, threadDrawer, useSamples } from "./drawing.ts";
import { LabelChoice } from "./label.tsx";
import { nearest, spreadsOf, widest } from "./latent.ts";
import { CodeMap } from "./map.tsx";
import { Pad } from "./pad.tsx";
import { Picture } from "./picture.tsx";
import { SamplingForm, type Typed } from "./sampling_form.tsx";
import { type Held, PointsExplorer } from "./points.tsx";
import { TextSheet } from "./texts.tsx";

/** Coordinates with a slider, neighbours, pictures between two codes, samples: at most. */
const [SLIDERS, NEAR, BETWEEN, SAMPLES] = [32, 8, 9, 24];
/** Models that the page keeps open. */
const KEPT = 40;
/** A slider reaches so many deviations to both sides. */
const REACH = 3;

/** A model that the page keeps open. */
interface Kept {
  readonly model: LoadedModel;
  /** Of its file. */
  readonly bytes: Uint8Array;
  /** Undefined: the final one. */
  readonly checkpoint?: number;
  /** What its samples are drawn by, as it was asked for; left out: as the run had it. */
  readonly settings?: string;
}

/** What the page has of a run. */
export interface Opened extends Kept {
  readonly examples: Examples;
  /** What stands in the model's place: what it made of the plane at another moment. */
  readonly plane?: Plane;
  /** The moment that it is of. */
  readonly iteration?: number;
}

/** A model, and examples that it is asked of. */
type Looked = Pick<Opened, "model" | "examples">;

/** What the explorer is told. */
export interface ExplorerProps {
  readonly run: string;
  /** Those that are kept, oldest first; empty: the final one alone. */
  readonly models: readonly KeptModel[];
  /** What the model made of the plane at each evaluation, oldest first; empty: no model of a plane. */
  readonly planes: readonly KeptPicture[];
  /** Where the data's modes can be dragged. */
  readonly held?: Held;
  /** Whether a server has the run, which makes its model with other settings. */
  readonly served?: boolean;
}

/** A moment of training that can be shown. */
export interface Moment {
  readonly iteration: number;
  /** The checkpoint of its model; undefined: the final one, where there is no `plane`. */
  readonly checkpoint?: number;
  /** The text of what was kept in place of a model. */
  readonly plane?: string;
}

/** All moments, oldest first: models where they are kept, what they made of the plane elsewhere. */
export function momentsOf({ models, planes }: ExplorerProps): Moment[] {
  // What is written down holds the final model alone, without its iteration.
  const kept: readonly Moment[] = models.length === 0
    ? planes.slice(-1).map(({ iteration }) => ({ iteration }))
    : models.map(({ id, iteration }) => ({ iteration, checkpoint: id }));
  const known = new Set(kept.map(({ iteration }) => iteration));
  const others = planes.filter(({ iteration }) => !known.has(iteration))
    .map(({ iteration, hash }) => ({ iteration, plane: hash }));
  return [...kept, ...others].sort((a, b) => a.iteration - b.iteration);
}

/** The explorer; another moment takes the place of the one before as soon as it is there. */
export function Explorer(props: ExplorerProps): VNode {
  const { run, models, planes, held, served } = props;
  const moments = useMemo(() => momentsOf(props), [models, planes]);
  const chosen = nearestTo(moments, chosenIteration.value);
  const opened = useSignal<Opened | null>(null);
  const typed = useSignal<Typed>({});
  const settings = settingsIn(typed.value);
  /** Why what was asked for is not there, and with which settings it was. */
  const refusal = useSignal({ line: "", settings });
  const problem = refusal.value.settings === settings ? refusal.value.line : "";
  /** Models by their checkpoints and what their samples are drawn by. */
  const known = useRef(new RecentlyUsed<Kept>(KEPT));
  const { iteration, plane: hash } = chosen ?? {};
  const wanted = hash === undefined ? chosen?.checkpoint : models.at(-1)?.id;
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const before = opened.peek();
    const examples = before?.examples ?? fetchPart(run, "examples", signal).then(decodeExamples);
    const key = `${wanted}${settings}`;
    const fetched = async (): Promise<Kept> => {
      const bytes = await fetchPart(run, "model", signal, wanted, settings);
      const kept = { model: loadModel(bytes), bytes, checkpoint: wanted, settings };
      known.current.set(key, kept);
      return kept;
    };
    // Before the plane of another moment any model will do.
    const kept = before !== null && hash !== undefined
      ? before
      : known.current.get(key) ?? fetched();
    const plane = hash === undefined ? undefined : fetchPlane(hash, signal);
    Promise.all([kept, examples, plane]).then(
      ([kept, examples, plane]) => {
        if (signal.aborted) return; // an exported page goes on reading
        opened.value = { ...kept, examples, plane, iteration };
        refusal.value = { line: "", settings };
      },
      (error) => {
        if (!signal.aborted) refusal.value = { line: reasonOf(error), settings };
      },
    );
    return () => controller.abort();
  }, [
    ...[run, iteration, hash, hash === undefined ? wanted : undefined, settings],
    reconnections.value,
  ]);
  if (opened.value === null) {
    return <p class="note">{problem || "The model is on its way."}</p>;
  }
  const { model, bytes, examples, plane } = opened.value;
  const isPlane = model.kind === "points" && model.shape[0] === 2;
  const at = fieldOf(problem, Object.keys(typed.value));
  return (
    <section class="card" aria-label="The model at work">
      <h3>
        The model at work{" "}
        {opened.value.iteration !== undefined && (
          <small>{momentWords(opened.value.iteration)}</small>
        )}
      </h3>
      {moments.length > 1 && (
        <Film
          name="the model"
          title={`iteration ${chosen!.iteration}`}
          moments={moments}
          isThere={opened.value.iteration === iteration}
        />
      )}
      {problem !== "" && at === undefined && <p class="problem">{problem}</p>}
      {served && model.sample !== undefined && plane === undefined && (
        <SamplingForm
          run={run}
          typed={typed.value}
          waits={problem === "" && opened.value.settings !== settings}
          problem={problem}
          at={at}
          choose={(next) => typed.value = next}
        />
      )}
      {isPlane
        ? <PointsExplorer {...{ model, examples, plane, held }} />
        : <Shapes {...{ run, model, bytes, examples }} />}
      <p class="note">
        {plane === undefined
          ? "It computes in this page: nothing is asked of the server" +
            (settings === "" ? "." : " but models that draw by other values.")
          : "As it was at this evaluation; at a kept checkpoint the model itself is at work."}
      </p>
    </section>
  );
}

/** What a model made of the plane. */
async function fetchPlane(hash: string, signal: AbortSignal): Promise<Plane> {
  const response = await ask(`/texts/${hash}`, { signal });
  if (!response.ok) throw new Error(await response.text());
  return decodePlane(await response.text());
}

/** Settings as the server takes them. */
function settingsIn(typed: Typed): string {
  return Object.entries(typed)
    .map(([path, text]) => `&set=${encodeURIComponent(`${path}=${text}`)}`).join("");
}

async function fetchPart(
  run: string,
  part: Part,
  signal: AbortSignal,
  checkpoint?: number,
  settings = "",
): Promise<Uint8Array> {
  const at = checkpoint === undefined ? "" : `&checkpoint=${checkpoint}`;
  const response = await ask(`/api/policy?run=${run}&part=${part}${at}${settings}`, { signal });
  if (!response.ok) throw new Error(await response.text());
  return new Uint8Array(await response.arrayBuffer());
}

/** A model of images or sequences, whose samples a thread draws, if nobody else does. */
export function Shapes(
  { run, model, bytes, examples, drawerOf = threadDrawer }: Opened & {
    run: string;
    drawerOf?: () => Drawer;
  },
): VNode {
  // The code that is shown first is that of the first example.
  const label = useSignal(model.encode === undefined ? 0 : classOf(model, examples, 0) ?? 0);
  const judge = useSignal<LoadedModel | null>(null);
  const isLabelled = useMemo(() => looksAtLabels(model, examples), [model, examples]);
  const drawer = useMemo(drawerOf, []);
  useEffect(() => drawer.close, []);
  return (
    <>
      {isLabelled && <LabelChoice model={model} examples={examples} label={label} />}
      {model.decode !== undefined && <Codes {...{ run, model, examples, judge, label }} />}
      {model.decode === undefined && (model.translate ?? model.classify) !== undefined && (
        <OfExamples {...{ model, examples }} label={label.value} />
      )}
      {model.sample !== undefined && (model.kind === "text"
        ? <TextSheet {...{ drawer, model, bytes }} label={label.value} />
        : <SampleSheet {...{ drawer, model, bytes }} label={label.value} />)}
    </>
  );
}

/** The class of an example, where the model was told the classes of what it learned from. */
function classOf({ classes }: LoadedModel, { labels }: Examples, i: number): number | undefined {
  return classes > 0 ? labels?.[i] : undefined;
}

/** What an example is called: its place, and its class where that is known. */
function nameOf({ labels, names }: Examples, i: number): string {
  return `Example ${i}${labels === undefined ? "" : `, ${names[labels[i]]}`}`;
}

/** The mean of squared differences. */
function meanSquare(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + (value - b[i]) * (value - b[i]), 0) / a.length;
}

/** Whether anything that the page shows of a model differs from label to label. */
function looksAtLabels(model: LoadedModel, examples: Examples): boolean {
  if (model.classes + model.kinds === 0) return false;
  if (model.decode !== undefined || model.sample !== undefined) return true;
  const first = examples.values.subarray(0, examples.values.length / examples.count);
  return [model.translate, model.classify].some((made) => {
    const [one, other] = [0, 1].map((label) => made?.(first, [label]));
    return one?.some((value, i) => value !== other![i]);
  });
}

/** A point in the space of codes, and what the model makes of it. */
function Codes(
  { run, model, examples, judge, label }: Looked & {
    run: string;
    judge: Signal<LoadedModel | null>;
    label: Signal<number>;
  },
): VNode {
  const { codeSize, shape } = model;
  const labelsOf = (count: number) =>
    model.classes + model.kinds > 0 ? new Uint8Array(count).fill(label.value) : undefined;
  const codes = useMemo(
    () => model.encode?.(examples.values, model.classes > 0 ? examples.labels : undefined),
    [model, examples],
  );
  const ranges = useMemo(() => rangesOf(codes, codeSize), [codes]);
  const axes = useSignal<readonly [number, number]>(
    codeSize < 2 ? [0, 0] : codes === undefined ? [0, 1] : widest(codes, codeSize),
  );
  const code = useSignal<Float32Array>(
    codes?.slice(0, codeSize) ?? Float32Array.from(ranges, ({ mean }) => mean),
  );
  const ends = useSignal<readonly (Float32Array | null)[]>([null, null]);
  const terms = useSignal<readonly [less: number, more: number]>([0, 1]);
  const rate = useSignal(0);
  const made = useMemo(() => {
    const start = performance.now();
    const values = model.decode!(code.value, labelsOf(1));
    rate.value = Math.round(1000 / Math.max(0.05, performance.now() - start));
    return values;
  }, [model, code.value, label.value]);
  const means = useMemo(
    () =>
      codes === undefined || examples.labels === undefined
        ? undefined
        : classMeans(codes, examples.labels, examples.names.length),
    [codes],
  );
  /** What was drawn, and the example whose code it is, until another code takes its place. */
  const drawing = useRef<Float32Array>();
  const source = useSignal<number | null>(codes === undefined ? null : 0);
  const set = (next: Float32Array) => {
    drawing.current = undefined;
    source.value = null;
    code.value = next;
  };
  /** An example's code, under its class: what is decoded is its reconstruction. */
  const show = (i: number) => {
    set(codes!.slice(i * codeSize, (i + 1) * codeSize));
    source.value = i;
    label.value = classOf(model, examples, i) ?? label.value;
  };
  useEffect(() => {
    // At another checkpoint the example has another code.
    if (source.value !== null && codes !== undefined) show(source.value);
  }, [codes]);
  const draw = (values: Float32Array) => {
    set(model.encode!(values, labelsOf(1)));
    drawing.current = values;
  };
  useEffect(() => {
    // Under another label a drawing has another code.
    if (drawing.current !== undefined && model.classes > 0) draw(drawing.current);
  }, [model, label.value]);
  const turn = (z: number, value: number) => set(code.value.with(z, value));
  const near = codes === undefined ? [] : nearest(codes, code.value, NEAR);
  const size = examples.values.length / examples.count;
  const example = (i: number) => examples.values.subarray(i * size, (i + 1) * size);
  const [a, b] = ends.value;
  const between = useMemo(() => {
    if (a === null || b === null) return [];
    const path = interpolated(a, b, BETWEEN);
    const images = model.decode!(path, labelsOf(BETWEEN));
    return rowsOf(path, BETWEEN).map((code, i) => ({ code, values: rowsOf(images, BETWEEN)[i] }));
  }, [model, a, b, label.value]);
  const bounds: Bounds = {
    x: [ranges[axes.value[0]].low, ranges[axes.value[0]].high],
    y: [ranges[axes.value[1]].low, ranges[axes.value[1]].high],
  };
  const add = () => {
    const [less, more] = terms.value;
    const moved = Float32Array.from(
      code.value,
      (value, z) => value + means![more * codeSize + z] - means![less * codeSize + z],
    );
    set(moved);
  };
  const canDraw = model.encode !== undefined && model.kind === "images" && shape[2] === 1;
  return (
    <div class="explore">
      <div>
        <CodeMap
          bounds={bounds}
          axes={axes.value}
          codes={codes}
          examples={examples}
          code={code.value}
          move={(x, y) => set(code.value.with(axes.value[0], x).with(axes.value[1], y))}
        />
        <p class="note">
          {codes === undefined
            ? "Drag over the plane of two numbers that it dreams from."
            : "Drag over the codes of test examples."} Across{" "}
          <Coordinate
            size={codeSize}
            value={axes.value[0]}
            choose={(z) => axes.value = [z, axes.value[1]]}
          />{" "}
          up{" "}
          <Coordinate
            size={codeSize}
            value={axes.value[1]}
            choose={(z) => axes.value = [axes.value[0], z]}
          />
        </p>
      </div>
      <div>
        <div class="pair">
          <figure class="decoded">
            <Picture values={made} shape={shape} label="What the model makes of it" size="large" />
            <figcaption>
              Decoded <small>{count(rate.value)} images/s</small>
            </figcaption>
          </figure>
          {/* Before what comes and goes, so that it stays under the hand. */}
          {canDraw && <Pad shape={shape} drawn={draw} />}
          {source.value !== null && (
            <figure>
              <Picture
                values={example(source.value)}
                shape={shape}
                label="The example that it is the code of"
                size="large"
              />
              <figcaption>
                {nameOf(examples, source.value)}{" "}
                <small>
                  {figure(meanSquare(example(source.value), made))} mean squared difference
                </small>
              </figcaption>
            </figure>
          )}
        </div>
        <div class="toolbar">
          {codes !== undefined && (
            <button
              type="button"
              class="quiet"
              onClick={() => show(Math.floor(performance.now()) % examples.count)}
            >
              An example
            </button>
          )}
          <button
            type="button"
            class="quiet"
            onClick={() => set(Float32Array.from(ranges, ({ mean }) => mean))}
          >
            The middle
          </button>
          <button type="button" class="quiet" onClick={() => ends.value = [code.value, b]}>
            Keep as A
          </button>
          <button type="button" class="quiet" onClick={() => ends.value = [a, code.value]}>
            Keep as B
          </button>
          {means !== undefined && examples.names.length > 1 && (
            <span>
              <ClassChoice
                title="Less of"
                names={examples.names}
                value={terms.value[0]}
                choose={(less) => terms.value = [less, terms.value[1]]}
              />{" "}
              <ClassChoice
                title="more of"
                names={examples.names}
                value={terms.value[1]}
                choose={(more) => terms.value = [terms.value[0], more]}
              />{" "}
              <button type="button" class="quiet" onClick={add}>Add</button>
            </span>
          )}
        </div>
        {between.length > 0 && (
          <div class="row" aria-label="Between A and B">
            {between.map(({ code, values }, i) => (
              <button
                key={i}
                type="button"
                onClick={() => set(code)}
              >
                <Picture
                  values={values}
                  shape={shape}
                  label={`${i} of ${BETWEEN - 1} from A to B`}
                />
              </button>
            ))}
          </div>
        )}
        {near.length > 0 && (
          <>
            <p class="note">Test examples with the nearest codes</p>
            <div class="row">
              {near.map((i) => (
                <button
                  key={i}
                  type="button"
                  onClick={() => show(i)}
                >
                  <Picture
                    values={example(i)}
                    shape={shape}
                    label={nameOf(examples, i)}
                  />
                </button>
              ))}
            </div>
          </>
        )}
        {examples.labels !== undefined && model.kind === "images" && (
          <JudgeView run={run} judge={judge} values={made} names={examples.names} />
        )}
      </div>
      <div class="sliders latents">
        {Array.from({ length: Math.min(SLIDERS, codeSize) }, (_, z) => (
          <label key={z}>
            <span>{z + 1}</span>
            <input
              type="range"
              min={ranges[z].low}
              max={ranges[z].high}
              step={(ranges[z].high - ranges[z].low) / 200}
              value={code.value[z]}
              aria-valuetext={hundredths(code.value[z])}
              onInput={(event) => turn(z, Number(event.currentTarget.value))}
            />
            <output>{hundredths(code.value[z])}</output>
          </label>
        ))}
        {codeSize > SLIDERS && <small>The first {SLIDERS} of {codeSize} numbers.</small>}
      </div>
    </div>
  );
}

function rowsOf(values: Float32Array, count: number): Float32Array[] {
  const size = values.length / count;
  return Array.from({ length: count }, (_, i) => values.slice(i * size, (i + 1) * size));
}

/** Where a coordinate lies, by the codes of examples; without codes as a prior's. */
function rangesOf(codes: Float32Array | undefined, size: number) {
  if (codes === undefined) {
    return Array.from({ length: size }, () => ({ mean: 0, low: -REACH, high: REACH }));
  }
  return spreadsOf(codes, size).map(({ mean, variance }) => {
    const reach = REACH * Math.sqrt(variance) || 1;
    return { mean, low: mean - reach, high: mean + reach };
  });
}

function Coordinate(
  { size, value, choose }: { size: number; value: number; choose: (z: number) => void },
): VNode {
  return (
    <select
      aria-label="Coordinate"
      value={value}
      onChange={(event) => choose(Number(event.currentTarget.value))}
    >
      {Array.from(
        { length: size },
        (_, z) => <option key={z} value={z} selected={z === value}>{z + 1}</option>,
      )}
    </select>
  );
}

function ClassChoice(
  { title, names, value, choose }: {
    title: string;
    names: readonly string[];
    value: number;
    choose: (label: number) => void;
  },
): VNode {
  return (
    <label>
      {title}{" "}
      <select value={value} onChange={(event) => choose(Number(event.currentTarget.value))}>
        {names.map((name, i) => <option key={name} value={i} selected={i === value}>{name}
        </option>)}
      </select>
    </label>
  );
}

/** What the data set's judge sees in an image. It is trained when it is asked for. */
function JudgeView(
  { run, judge, values, names }: {
    run: string;
    judge: Signal<LoadedModel | null>;
    values: Float32Array;
    names: readonly string[];
  },
): VNode {
  const said = useSignal("");
  if (judge.value === null) {
    return (
      <p>
        <button
          type="button"
          class="quiet"
          onClick={() => {
            said.value = "The judge learns; it takes some seconds.";
            fetchPart(run, "judge", new AbortController().signal).then(
              (bytes) => judge.value = loadModel(bytes),
              (error) => said.value = error.message,
            );
          }}
        >
          What does the judge see?
        </button>{" "}
        <small role="status">{said.value}</small>
      </p>
    );
  }
  return <Bars names={names} values={judge.value.classify!(values)} />;
}

/** What a model without codes makes of test examples, or of drawings: their partners, their classes. */
function OfExamples(
  { model, examples, label }: Looked & { label: number },
): VNode {
  const at = useSignal(0);
  const drawing = useSignal<Float32Array | null>(null);
  const { shape } = model;
  const size = examples.values.length / examples.count;
  const values = drawing.value ??
    examples.values.subarray(at.value * size, (at.value + 1) * size);
  const labels = model.classes > 0 ? [label] : undefined;
  const partner = model.translate?.(values, labels);
  const partnerShape = partner && shapeOfSize(shape, partner.length);
  const classes = model.classify?.(values);
  const name = examples.labels && examples.names[examples.labels[at.value]];
  return (
    <div class="explore">
      <div class="pair">
        <figure>
          <Picture
            values={values}
            shape={shape}
            label={drawing.value === null ? "A test example" : "What was drawn"}
            size="large"
          />
          <figcaption>
            <label>
              Test example{" "}
              <input
                type="range"
                min={0}
                max={examples.count - 1}
                value={at.value}
                onInput={(event) => {
                  drawing.value = null;
                  at.value = Number(event.currentTarget.value);
                }}
              />
            </label>{" "}
            {name !== undefined && <small>{drawing.value === null ? `of ${name}` : "drawn"}</small>}
          </figcaption>
        </figure>
        {partnerShape !== undefined && (
          <figure>
            <Picture values={partner!} shape={partnerShape} label="Its partner" size="large" />
            <figcaption>What the model makes of it</figcaption>
          </figure>
        )}
        {model.kind === "images" && shape[2] === 1 && (
          <Pad
            shape={shape}
            drawn={(values) => drawing.value = values}
          />
        )}
      </div>
      {partner !== undefined && partnerShape === undefined && (
        <p class="note">
          What the model makes of it has {count(partner.length)} numbers, and cannot be drawn here.
        </p>
      )}
      {classes !== undefined && <Bars names={examples.names} values={classes} />}
    </div>
  );
}

/** The shape of an image of so many numbers that has another's proportions and channels; undefined: none. */
function shapeOfSize(shape: readonly number[], size: number): readonly number[] | undefined {
  const scale = Math.sqrt(size / shape.reduce((product, each) => product * each, 1));
  const scaled = shape.length === 3 ? [scale * shape[0], scale * shape[1], shape[2]] : shape;
  const isWhole = scaled.every(Number.isInteger) && (scale === 1 || shape.length === 3);
  return isWhole ? scaled : undefined;
}

/** Samples; those that take long are seen on their way. */
function SampleSheet(drawing: Drawing): VNode {
  const seed = useSignal(1);
  const { drawn, way, problem } = useSamples(drawing, { count: SAMPLES, seed: seed.value });
  const values = way?.values ?? drawn?.values;
  const samples = useMemo(
    () => values === undefined ? [] : rowsOf(values, SAMPLES),
    [values],
  );
  return (
    <>
      <p class="note">
        Samples of seed {seed.value}{" "}
        <button type="button" class="quiet" onClick={() => seed.value += 1}>Others</button>{" "}
        {way !== undefined && <small>on their way, at step {way.step}</small>}
      </p>
      {problem !== undefined && <p class="problem" role="alert">{problem}</p>}
      <div class="row samples">
        {samples.map((values, i) => (
          <Picture key={i} values={values} shape={drawing.model.shape} label={`Sample ${i + 1}`} />
        ))}
      </div>
    </>
  );
}
