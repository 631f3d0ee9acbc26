/** A run's place among its seeds, with the way to the others, live. @module */
import type { VNode } from "preact";
import { runsQuery } from "../compare_query.ts";
import { useFollowed } from "../components/asked.ts";
import type { Family } from "../family.ts";
import { figureBeside } from "../format.ts";

/** Seeds that are all shown, at most; of more those next to the run, so many on each side, and both ends. */
const [ALL, NEAR] = [20, 5];

/** What is known of a run's family; null where it is alone. */
export interface FamilyAnswer {
  readonly family: Family | null;
}

/** The island. */
export default function RunFamily({ run, initial }: {
  run: string;
  initial: FamilyAnswer;
}): VNode | null {
  const { family } = useFollowed(`/api/family?run=${run}`, initial);
  return family && <AmongSeeds {...family} />;
}

/** Leads to another seed, whose figures are then looked at as this one's are by then. */
function to(run: string) {
  const keep = ({ currentTarget }: { currentTarget: HTMLAnchorElement }) => {
    currentTarget.search = location.search;
  };
  return { href: `/runs/${run}`, onPointerDown: keep, onClick: keep };
}

function AmongSeeds({ siblings, index, place, judged, mark }: Family): VNode {
  const [before, after] = [siblings[index - 1], siblings[index + 1]];
  const isShown = (i: number) =>
    siblings.length <= ALL || Math.abs(i - index) <= NEAR || i === 0 || i === siblings.length - 1;
  return (
    <nav class="family" aria-label="Other seeds">
      {before ? <a {...to(before.run)} rel="prev">‹ seed {before.seed}</a> : <span />}
      <span>
        {siblings.map(({ run, seed, value }, i) => {
          if (!isShown(i)) return isShown(i - 1) ? <span key={run}>…</span> : null;
          return (
            <a
              key={run}
              {...to(run)}
              aria-current={i === index ? "page" : undefined}
              title={`seed ${seed}`}
            >
              {figureBeside(value, mark)}
            </a>
          );
        })}
      </span>
      {place !== null && (
        <small>{ordinal(place)} of {judged} {judged === 1 ? "seed" : "seeds"}</small>
      )}
      <a href={`/compare?${runsQuery(siblings.map(({ run }) => run))}`}>all together</a>
      {after && <a {...to(after.run)} rel="next">seed {after.seed} ›</a>}
    </nav>
  );
}

function ordinal(place: number): string {
  return place === 1
    ? "best"
    : `${place}${
      ["th", "st", "nd", "rd"][place % 100 > 3 && place % 100 < 21 ? 0 : place % 10] ?? "th"
    } best`;
}
