/** Tables of a comparison: statistics over seeds, and settings that differ. @module */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { differingPaths, isFinished, isLost, seedsText } from "../../lab/experiment/comparison.ts";
import { directionOf } from "../../lab/experiment/metric_direction.ts";
import { type SuiteComparison, suiteLine } from "../../lab/experiment/suite.ts";
import { detectableText, testText } from "../../lab/statistics/p_value.ts";
import type { ComparedGroup, ComparedSeed } from "../comparison.ts";
import { boundsText, figure, figureBeside } from "../format.ts";
import type { Finding } from "../finding.ts";
import { IntervalBar, reachOf } from "./interval_bar.tsx";
import { SortableHead } from "./sortable_head.tsx";
import { Worth } from "./status.tsx";
import { Swatch } from "./swatch.tsx";
import { Scrolled } from "./scrolled.tsx";

/** What rows are ordered by. */
type Ordered = "label" | "iqm" | "mean" | "median";

/** An order of rows. */
export interface RowOrder {
  readonly by: Ordered;
  readonly descending: boolean;
}

/** What comes first by a column before a reader turns it round: names from A on, figures from the best on. */
function firstOrder(by: Ordered, metric: string): RowOrder {
  return { by, descending: by !== "label" && directionOf(metric) !== "down" };
}

/**
 * Groups in an order; those without the figure are last in either, and equal ones stand as they are ranked
 * where they are.
 */
export function inOrder(
  groups: readonly ComparedGroup[],
  { by, descending }: RowOrder,
  ranked: readonly string[] = [],
): ComparedGroup[] {
  if (by === "label") return descending ? groups.toReversed() : [...groups];
  const worst = descending ? -Infinity : Infinity;
  const valueOf = (group: ComparedGroup) => {
    const value = group.statistics[by];
    return hasFigure(group) && typeof value === "number" ? value : worst;
  };
  const sign = descending ? -1 : 1;
  const compared = (a: number, b: number) => a === b ? 0 : a < b ? -sign : sign;
  const rankOf = ({ label }: ComparedGroup) =>
    ranked.includes(label) ? ranked.indexOf(label) : Infinity;
  return groups.toSorted((a, b) =>
    compared(valueOf(a), valueOf(b)) || Math.sign(rankOf(a) - rankOf(b)) || 0
  );
}

/** Whether some seeds count and all of these have a figure, without which a group has none. */
function hasFigure({ seeds }: ComparedGroup): boolean {
  const counted = countedOf(seeds);
  return counted.length > 0 && !counted.some((seed) => isLost(seed) || seed.lacks);
}

/**
 * One row a group, marked like its line: the best IQM first where the metric has a better way, until
 * another head is clicked.
 */
export function Statistics(
  { groups, findings, metric, look }: {
    /** By their names. */
    groups: readonly ComparedGroup[];
    findings: readonly Finding[];
    metric: string;
    /** Told of the group that is pointed at. */
    look: (label: string | undefined) => void;
  },
): VNode {
  const reach = reachOf(groups);
  const best = findings[0]?.best;
  const ranked = findings.flatMap(({ best, other }, i) => i === 0 ? [best, other] : [other]);
  const top = [best, ...findings.filter(({ equal }) => equal).map(({ other }) => other)];
  const chosen = useSignal<RowOrder | undefined>(undefined);
  const usual = firstOrder(directionOf(metric) === null ? "label" : "iqm", metric);
  const order = chosen.value ?? usual;
  const head = (by: Ordered, name: string, more: { class?: string; title?: string } = {}) => (
    <SortableHead
      {...more}
      name={name}
      sorted={order.by !== by ? "none" : order.descending ? "descending" : "ascending"}
      choose={() =>
        chosen.value = order.by === by
          ? { by, descending: !order.descending }
          : firstOrder(by, metric)}
    />
  );
  return (
    <div class="scroll">
      <table class="statistics">
        <thead>
          <tr>
            {head("label", "Group")}
            {head("iqm", "IQM", { class: "number", title: "Mean of the middle half" })}
            <th
              scope="col"
              colSpan={2}
              title="Of the IQM, by bootstrap over seeds; of fewer than five their lowest and highest"
            >
              95 % interval
            </th>
            {best !== undefined && (
              <th
                scope="col"
                class="number"
                title="How probable it is that a run of the best group gets a better figure"
              >
                P(best is better)
              </th>
            )}
            {best !== undefined && (
              <th
                scope="col"
                class="number"
                title="Of a permutation test of the means against the best group, of ranks where a seed was lost; corrected for all (Holm)"
              >
                p
              </th>
            )}
            {best !== undefined && (
              <th
                scope="col"
                class="number"
                title="So many seeds see a smaller difference of means less than four times in five, at p < 0.05; never: more seeds are needed"
              >
                Told apart beyond
              </th>
            )}
            <th scope="col">Verdict</th>
            {head("mean", "Mean", { class: "number" })}
            {head("median", "Median", { class: "number" })}
            <th scope="col">Seeds</th>
          </tr>
        </thead>
        <tbody>
          {inOrder(groups, order, ranked).map((group) => {
            const { label, color, seeds, statistics, mark, verdict } = group;
            const finding = findings.find(({ other }) => other === label);
            const isWhole = hasFigure(group);
            const shown = (value: number | string) => isWhole ? figureBeside(value, mark) : "none";
            return (
              <tr
                key={label}
                class={top.includes(label) ? "best" : undefined}
                onPointerEnter={() => look(label)}
                onPointerLeave={() => look(undefined)}
              >
                <th scope="row">
                  <span class="marked">
                    <Swatch color={color} /> <span>{label}</span>
                  </span>
                </th>
                <td class="number">
                  <b>{shown(statistics.iqm)}</b>
                </td>
                <td>
                  <IntervalBar group={group} reach={reach} />
                </td>
                <td>{statistics.spread === null ? "–" : boundsText(statistics.spread, mark)}</td>
                {best !== undefined && (
                  <td class="number">
                    {top.includes(label)
                      ? top.length > 1 ? "equal best" : "best"
                      : finding === undefined
                      ? "–"
                      : finding.probability.toFixed(2)}
                  </td>
                )}
                {best !== undefined && (
                  <td class="number">{finding === undefined ? "–" : testText(finding)}</td>
                )}
                {best !== undefined && (
                  <td class="number">
                    {finding === undefined ? "–" : detectableText(finding, figure)}
                  </td>
                )}
                <td>
                  {verdict === null ? "–" : <Worth verdict={verdict} reason={group.reason} />}
                </td>
                <td class="number">{shown(statistics.mean)}</td>
                <td class="number">{shown(statistics.median)}</td>
                <td class="links">
                  <Seeds seeds={seeds} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** A figure over all worlds: `none` where a seed has none, which JSON has no number for. */
const known = (value: number | null) =>
  value === null || Number.isNaN(value) ? "none" : figure(value);

/** A row an agent, over all worlds that are compared: the best first. */
export function Suite({ suite }: { suite: SuiteComparison }): VNode {
  return (
    <>
      <h2>Agents over {suite.worlds.length} worlds</h2>
      <Scrolled name="Agents over all worlds">
        <table class="statistics">
          <thead>
            <tr>
              <th scope="col">Agent</th>
              <th scope="col" class="number">IQM</th>
              <th scope="col">95 % interval</th>
              <th scope="col" class="number">Optimality gap</th>
              <th scope="col">95 % interval</th>
              <th scope="col" class="number">Fewest seeds a world</th>
            </tr>
          </thead>
          <tbody>
            {suite.agents.map(({ agent, seeds, iqm, gap }) => (
              <tr key={agent}>
                <th scope="row">{agent}</th>
                <td class="number">
                  <b>{known(iqm.value)}</b>
                </td>
                <td>{iqm.spread === null ? "–" : boundsText(iqm.spread)}</td>
                <td class="number">{known(gap.value)}</td>
                <td>{gap.spread === null ? "–" : boundsText(gap.spread)}</td>
                <td class="number">{seeds}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolled>
      <p class="note">{suiteLine(suite)}</p>
    </>
  );
}

/** Those of a group's seeds that its statistics take in. */
function countedOf(seeds: readonly ComparedSeed[]): ComparedSeed[] {
  return seeds.filter(({ counts }) => counts);
}

/** Links to a group's runs, behind how many came to no result; those that do not count say why. */
function Seeds({ seeds }: { seeds: readonly ComparedSeed[] }): VNode {
  const counted = countedOf(seeds);
  return (
    <>
      {counted.some((seed) => isLost(seed) || seed.lacks) &&
        `${seedsText(counted, counted.filter(({ lacks }) => lacks).length)}: `}
      {seeds.map(({ run, seed, status, counts, lacks }, i) => (
        <span key={run}>
          {i > 0 && ", "}
          <a href={`/runs/${run}`}>{seed}</a>
          <small>{lacks ? " (without a figure)" : remark(status, counts)}</small>
        </span>
      ))}
    </>
  );
}

function remark(status: string, counts: boolean): string {
  const finished = isFinished({ status });
  if (counts) return finished ? "" : ` (${status})`;
  return ` (${finished ? "older" : status}, not counted)`;
}

/** Settings in which the groups differ: those that all of them have first. */
export function Differences({ groups }: { groups: readonly ComparedGroup[] }): VNode | null {
  const paths = [...differingPaths(groups.map(({ settings }) => settings))];
  if (paths.length === 0) return null;
  const missing = (path: string) => groups.filter(({ settings }) => !(path in settings)).length;
  paths.sort((a, b) => missing(a) - missing(b) || (a < b ? -1 : 1));
  return (
    <details>
      <summary>Settings that differ ({paths.length})</summary>
      <Scrolled name="Settings that differ">
        <table class="statistics settings">
          <thead>
            <tr>
              <th scope="col">Setting</th>
              {groups.map(({ label, color }) => (
                <th scope="col" key={label}>
                  <Swatch color={color} /> {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {paths.map((path) => (
              <tr key={path}>
                <th scope="row">
                  <code>{path}</code>
                </th>
                {groups.map(({ label, settings: { [path]: value = "–" } }) => (
                  <td key={label} title={value}>{value}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolled>
    </details>
  );
}
