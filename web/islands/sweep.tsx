/** A sweep, live: its trials in order, through their settings, what matters, what to run next. @module */
import { Copy } from "../components/copy.tsx";
import type { VNode } from "preact";
import { useFollowed } from "../components/asked.ts";
import { ParallelSettings, SettingScatter, type Tried } from "../components/settings_plots.tsx";
import { cameTo, Trials } from "../components/sweep_trials.tsx";
import { Worth } from "../components/status.tsx";
import { TrialChart } from "../components/trial_chart.tsx";
import { figure, metricTitle } from "../format.ts";
import type { Advice, SweepView } from "../sweeps.ts";
import { commandIn, type Program } from "../program.ts";
import { lostText } from "../../lab/experiment/comparison.ts";

/** Of the marks of every trial, and of the best one. */
const [USUAL, BEST] = [0, 1];

/** The island. `program`: how commands reach the store. */
export default function Sweep(
  { initial, program }: { initial: SweepView; program: Program },
): VNode {
  const view = useFollowed(`/api/sweep?name=${encodeURIComponent(initial.name)}`, initial);
  const { metric, paths, kinds, trials, filter, importance, next } = view;
  const tried = triedIn(view);
  const runs = `filter=${encodeURIComponent(filter)}`;
  return (
    <section>
      <h2 class="hidden">How it stands</h2>
      <Standing view={view} />
      {tried.length === 0
        ? <p class="empty">No trial is over yet: the first ones appear here as they end.</p>
        : (
          <div class="compared">
            <TrialChart view={view} />
            {importance.length > 1 && <Importance importance={importance} />}
            <ParallelSettings {...{ tried, metric, paths, kinds }} />
            <SettingScatter {...{ tried, metric, paths, kinds }} />
          </div>
        )}
      {next.length > 0 && <Next next={next} program={program} />}
      <h2>Trials</h2>
      <p class="note">
        <a href={`/?${runs}`}>All its runs</a> · <a href={`/compare?${runs}`}>their curves</a>
      </p>
      {trials.length > 0 && <Trials view={view} />}
    </section>
  );
}

/** The trials that have a figure, as plots take them: the better, the stronger. */
function triedIn({ trials, best, better }: SweepView): Tried[] {
  const judged = trials.filter(({ value, repeats }) =>
    typeof value === "number" && repeats === null
  );
  const sign = better === "up" ? 1 : -1;
  const ordered = judged.toSorted((a, b) => sign * (Number(a.value) - Number(b.value)));
  return ordered.map(({ trial, settings, runs, value, pruned }, rank): Tried => ({
    label: `trial ${trial}${pruned ? ", pruned" : ""}`,
    color: trial === best ? BEST : USUAL,
    strength: trial === best ? 1 : (pruned ? 0.12 : 0.25) + 0.5 * rank / ordered.length,
    settings,
    value: value!,
    seeds: pruned ? [{ seed: runs[0]?.seed ?? "", figure: value }] : runs,
  }));
}

function Standing({ view }: { view: SweepView }): VNode {
  const { trials, total, best, metric, judged, over } = view;
  const ended = trials.filter(({ value }) => value !== null);
  const pruned = ended.filter((each) => each.pruned).length;
  const running = trials.flatMap(({ runs }) => runs).filter(({ status }) => status === "running");
  return (
    <dl class="figures">
      <div>
        <dt>Trials</dt>
        <dd>
          {ended.length}
          <small>&nbsp;of {total}{pruned > 0 && `, ${pruned} pruned`}</small>
        </dd>
      </div>
      <div>
        <dt>Best {metricTitle(metric)}</dt>
        <dd>
          {figure(trials.find(({ trial }) => trial === best)?.value)}
          {best !== null && <small>&nbsp;trial {best}</small>}
        </dd>
      </div>
      {judged !== null && (
        <div>
          <dt>
            On seeds that chose nothing
            {judged.metric !== metric && `, ${metricTitle(judged.metric)}`}
          </dt>
          <dd>
            {cameTo(judged.value)}
            {judged.value === "NaN" && lostText(judged.runs)}
            {judged.spread !== null && (
              <small>&nbsp;{figure(judged.spread.low)} … {figure(judged.spread.high)}</small>
            )}
            {judged.verdict !== null && <Worth verdict={judged.verdict} />}
          </dd>
        </div>
      )}
      <div>
        <dt>Now</dt>
        <dd>
          {over ? "over" : running.length === 0 ? "waits" : `${running.length} train`}
        </dd>
      </div>
    </dl>
  );
}

/** The share of each field as a bar. */
function Importance({ importance }: { importance: SweepView["importance"] }): VNode {
  if (importance.every(({ share }) => share === 0)) {
    return (
      <div class="card">
        <h3>What matters</h3>
        <p class="note">
          No field that these trials tell from chance: a forest over them foresees no more than it
          would of figures that hang on none.
        </p>
      </div>
    );
  }
  return (
    <div class="card">
      <h3>What matters</h3>
      <ul class="bars wide">
        {importance.map(({ path, share }) => (
          <li key={path}>
            <span>{path}</span>
            <meter value={share} max={1} aria-label={`Share of ${path}`} />
            <small>{(100 * share).toFixed(0)} %</small>
          </li>
        ))}
      </ul>
      <p class="note">
        By how much a forest over the trials errs more where a field's values are dealt out anew.
      </p>
    </div>
  );
}

function Next({ next, program }: { next: readonly Advice[]; program: Program }): VNode {
  return (
    <>
      <h2>What to run next</h2>
      <ul class="commands">
        {next.map(({ text, command }) => (
          <li key={text}>
            {text} {command !== "" && <Command command={commandIn(program, command)} />}
          </li>
        ))}
      </ul>
    </>
  );
}

function Command({ command }: { command: string }): VNode {
  return (
    <>
      <code>{command}</code> <Copy text={command} />
    </>
  );
}
