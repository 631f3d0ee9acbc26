/** A comparison's result in a sentence. @module */
import type { VNode } from "preact";
import { detectableText, NEVER, testText } from "../../lab/statistics/p_value.ts";
import type { Finding } from "../finding.ts";
import { figure } from "../format.ts";
import { shortNames } from "../short_names.ts";

/** The best group against the next best, and against the first that it certainly beats. */
export function Conclusion({ findings }: { findings: readonly Finding[] }): VNode | null {
  const [next] = findings;
  if (next === undefined) return null;
  const beaten = findings.find(({ told }) => told);
  const count = findings.filter(({ told }) => told).length;
  const labels = [next.best, ...findings.map(({ other }) => other)];
  const short = shortNames(labels);
  const named = (label: string) => <b title={label}>{short[labels.indexOf(label)]}</b>;
  return (
    <p class="conclusion">
      {named(next.best)} {verb(next)} {named(next.other)}: {evidence(next)}.
      {beaten !== undefined && beaten !== next && (
        <>
          {" "}It beats {named(beaten.other)}: {evidence(beaten)}
          {count > 1 && `, and ${count - 1} more`}.
        </>
      )}
    </p>
  );
}

function verb({ told, spread, probability }: Finding): string {
  if (told) return "beats";
  if (spread === null && probability > 0.5) return "is ahead of";
  return "is not told apart from";
}

function evidence(
  finding: Finding,
): string {
  const { probability, spread, seeds: [own, other], p, common } = finding;
  const seeds = own === other ? `n = ${own} each` : `n = ${own} and ${other}`;
  const bounds = spread === null ? "" : ` [${spread.low.toFixed(2)}, ${spread.high.toFixed(2)}]`;
  const few = spread === null ? ", too few seeds for an interval" : "";
  const tested = testText(finding).replace(/^\d/, "p = $&").replace(/^</, "p $&");
  const test = p === null && common !== 0 ? "" : `, ${tested}`;
  const least = detectableText(finding, figure);
  const power = p === null
    ? ""
    : least === NEVER
    ? ", which cannot tell means apart, however far: more seeds are needed"
    : `, which cannot tell means apart that differ by less than ${least}`;
  return `P = ${probability.toFixed(2)}${bounds}${test}, ${seeds}${few}${power}`;
}
