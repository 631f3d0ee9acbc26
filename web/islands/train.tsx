/**
 * Training in the page: a setting, kept in the address, and the run that comes of it, in a thread of
 * the page and without its server.
 *
 * @module
 */
import { useSignal } from "@preact/signals";
import { Fragment, type VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { ask, keepQuery } from "../ask.ts";
import { useAskBeforeLeaving } from "../components/leaving.ts";
import { SettingForm } from "../components/setting_form.tsx";
import { Copy } from "../components/copy.tsx";
import { TrainedHere } from "../components/trained_here.tsx";
import type { Ahead } from "../training/ahead.ts";
import { fieldOf } from "../training/form.ts";
import { type Answer, TrainingHere } from "../training/here.ts";
import type { BaseRun } from "../training/protocol.ts";
import {
  commandOf,
  pageBackends,
  queryOf,
  type Setting,
  settingOf,
  withField,
} from "../training/setting.ts";
import type { Program } from "../program.ts";

/** An experiment that can be chosen. */
export interface ExperimentChoice {
  readonly name: string;
  readonly summary: string;
  /** On the command line; 0: not known. */
  readonly seconds: number;
  /** The world or the data set. */
  readonly on: string;
  /** The agent or the model. */
  readonly method: string;
}

/** What the page knows. */
export interface TrainProps {
  readonly experiments: readonly ExperimentChoice[];
  /** Where the thread's script lies, from the server's root. */
  readonly thread: string;
  /** How commands reach the store. */
  readonly program: Program;
}

/** What shows a run: fetched before one begins, as the server may have gone by then. */
const views = [
  () => import("uplot"),
  () => import("../player/player.tsx"),
  () => import("../explorer/explorer.tsx"),
];

/** What the page is to train, and what the thread says of it. */
interface Chosen {
  readonly setting: Setting;
  readonly base?: BaseRun;
  /** Undefined until the thread has answered; until it does again, what it said of the setting before. */
  readonly answer?: Answer;
  /** Whether the answer is of this setting. */
  readonly isKnown: boolean;
  /** What it begins with; undefined until the thread has looked. */
  readonly ahead?: Ahead;
}

/** The island. */
export default function Train({ experiments, thread, program }: TrainProps): VNode {
  const training = useSignal<TrainingHere | undefined>(undefined);
  const chosen = useSignal<Chosen | undefined>(undefined);
  const asked = useRef(0);
  const page = useRef<HTMLDivElement>(null);
  const hasGpu = useSignal<boolean | undefined>(undefined);

  /** The setting that was submitted before it was known whether it can be trained, by its number. */
  const submitted = useRef(0);

  const start = (here: TrainingHere, { setting, base }: Pick<Chosen, "setting" | "base">) => {
    here.train({ setting, base });
    // The button may stand below a long form, or above the run on a narrow screen.
    const run = page.current!.querySelector<HTMLElement>(".trained")!;
    // The button cannot be pressed now, and would leave the keys at the top of the page.
    if (document.activeElement?.matches("[type=submit]")) run.focus({ preventScroll: true });
    const { top } = run.getBoundingClientRect();
    if (top < 0 || top > innerHeight / 2) run.scrollIntoView();
  };

  const choose = async (setting: Setting, here: TrainingHere, keep = true) => {
    if (keep) keepQuery(queryOf(setting));
    const number = ++asked.current;
    const before = chosen.peek();
    const isOfSame = JSON.stringify(before?.setting.base) === JSON.stringify(setting.base);
    chosen.value = { ...isOfSame ? before : undefined, setting, isKnown: false };
    here.problem.value = "";
    try {
      const base = isOfSame && before?.base !== undefined ? before.base : await baseOf(setting);
      const answer = await here.describe({ setting, base });
      if (number !== asked.current) return;
      const known = { setting, base, answer: kept(answer, before), isKnown: true };
      chosen.value = { ...known, ahead: isOfSame ? before?.ahead : undefined };
      if (answer.problem !== undefined) return;
      if (submitted.current === number) start(here, known);
      const ahead = await here.look({ setting, base });
      if (number === asked.current) chosen.value = { ...known, ahead };
    } catch (error) {
      const problem = (error as Error).message;
      if (number === asked.current) chosen.value = { setting, answer: { problem }, isKnown: true };
    }
  };

  useEffect(() => {
    const { root } = document.documentElement.dataset;
    const here = new TrainingHere(root === undefined ? thread : `${root}${thread.slice(1)}`);
    training.value = here;
    void choose(settingOf(new URLSearchParams(location.search)), here, false);
    return () => here[Symbol.dispose]();
  }, []);

  const isFormThere = chosen.value?.answer !== undefined;
  useEffect(() => {
    // One that does not come is asked for again where it is to be seen.
    if (isFormThere) { for (const view of views) view().catch(() => {}); }
  }, [isFormThere]);

  const wantsGpu = chosen.value?.setting.backend === "webgpu";
  useEffect(() => {
    if (wantsGpu) void hasAdapter().then((has) => hasGpu.value = has);
  }, [wantsGpu]);

  useAskBeforeLeaving(training.value?.isAtRisk ?? false);

  if (training.value === undefined || chosen.value === undefined) {
    return <p class="note">The lab is on its way.</p>;
  }
  const here = training.value;
  const { setting, base, answer, isKnown, ahead } = chosen.value;
  const { description, problem = "" } = answer ?? {};
  const next = (setting: Setting) => void choose(setting, here);
  const isBusy = here.stand.value !== "idle";
  const gpuIsMissing = wantsGpu && hasGpu.value === false;
  // While it is not known whether a setting can be trained, the answer is waited for.
  const isReady = !isBusy && answer !== undefined && (problem === "" || !isKnown) && !gpuIsMissing;
  const fields = new Set(description?.fields.map(({ path }) => path));
  const unknown = description === undefined
    ? []
    : Object.keys(setting.set).filter((path) => !fields.has(path));
  const named = fieldOf(problem, Object.keys(setting.set));
  // A field that the form does not have has no place for its line.
  const at = named === "seed" || fields.has(named ?? "") ? named : undefined;
  const isShown = problem !== "" && at === undefined;
  const command = commandOf(setting, program, base);
  return (
    <div ref={page} class="training">
      <form
        class="card setting"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isReady) return;
          if (isKnown) start(here, { setting, base });
          else submitted.current = asked.current;
        }}
      >
        <Experiments experiments={experiments} setting={setting} choose={next} />
        <p class="note">{description?.summary}</p>
        <div class="grid">
          <div class="field">
            <label for="seed">seed</label>
            <input
              id="seed"
              class="key"
              inputMode="numeric"
              value={setting.seed || base?.seed || "1"}
              aria-invalid={at === "seed"}
              onChange={({ currentTarget: { value } }) =>
                next({
                  ...setting,
                  seed: value.trim() === (base?.seed ?? "1") ? "" : value.trim(),
                })}
            />
            {at === "seed" && <span class="problem" role="alert">{problem}</span>}
          </div>
          <div class="field">
            <label for="backend">backend</label>
            <select
              id="backend"
              value={setting.backend}
              onChange={({ currentTarget: { value } }) =>
                next({ ...setting, backend: pageBackends.find((each) => each === value)! })}
            >
              {pageBackends.map((each) => (
                <option
                  key={each}
                  value={each}
                  selected={each === setting.backend}
                  disabled={each === "webgpu" && !("gpu" in navigator)}
                >
                  {each}
                </option>
              ))}
            </select>
          </div>
        </div>
        {gpuIsMissing && (
          <p class="problem" role="alert">
            This browser gives pages no graphics device: choose another backend.
          </p>
        )}
        {isShown && (
          <p class="problem" role="alert">
            {problem}
            {unknown.map((path) => (
              <Fragment key={path}>
                {" "}
                <button
                  type="button"
                  class="quiet"
                  onClick={() => next(withField(setting, path, undefined))}
                >
                  Leave {path} out
                </button>
              </Fragment>
            ))}
          </p>
        )}
        {description?.notes.map((note) => <p class="note" key={note}>{note}</p>)}
        {description !== undefined && (
          <SettingForm {...{ setting, description, problem }} choose={next} />
        )}
        {answer === undefined && <p class="note">The fields are on their way.</p>}
        <div class="toolbar">
          <button
            type="submit"
            class="button"
            disabled={!isReady}
          >
            {here.trained.value === undefined ? "Start" : "Start anew"}
          </button>
          {command !== undefined && (
            <details class="grow">
              <summary>The same on the command line</summary>
              <code>{command}</code> <Copy text={command} what="the command" />
            </details>
          )}
        </div>
      </form>
      <TrainedHere
        {...{ here, description, ahead, program }}
        isRefused={problem !== ""}
      />
    </div>
  );
}

/** Whether the browser gives a page a graphics device to compute with. */
async function hasAdapter(): Promise<boolean> {
  const { gpu } = navigator as { readonly gpu?: GPU };
  return await gpu?.requestAdapter().catch(() => null) != null;
}

/** A refused setting has the fields that were there, so that what was typed can be mended. */
function kept(answer: Answer, before: Chosen | undefined): Answer {
  const fields = before?.answer?.description;
  if (answer.problem === undefined || answer.description === undefined) return answer;
  return fields?.experiment === answer.description.experiment
    ? { ...answer, description: fields }
    : answer;
}

/** The run that a setting is based on; undefined: none. Rejects with a line where it is no base. */
async function baseOf({ base }: Setting): Promise<BaseRun | undefined> {
  if (!("run" in base)) return undefined;
  const response = await ask(`/api/setting?run=${encodeURIComponent(base.run)}`);
  if (!response.ok) throw new Error(await response.text());
  return await response.json();
}

function Experiments(
  { experiments, setting: { base, backend }, choose }: {
    experiments: readonly ExperimentChoice[];
    setting: Setting;
    choose: (setting: Setting) => void;
  },
): VNode {
  const groups = Map.groupBy(experiments, ({ on }) => on);
  const value = "run" in base ? "" : base.experiment;
  const isKnown = experiments.some(({ name }) => name === value);
  return (
    <div class="field wide">
      <label for="experiment">experiment</label>
      <select
        id="experiment"
        value={value}
        onChange={({ currentTarget }) =>
          choose({ base: { experiment: currentTarget.value }, seed: "", backend, set: {} })}
      >
        {!isKnown && (
          <option value={value} selected>{"run" in base ? `as run ${base.run}` : value}</option>
        )}
        {[...groups].map(([on, own]) => (
          <optgroup key={on} label={on}>
            {own.map(({ name }) => (
              <option key={name} value={name} selected={name === value}>{name}</option>
            ))}
          </optgroup>
        ))}
      </select>
    </div>
  );
}
