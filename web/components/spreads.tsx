/** How weights and gradients of a run's checkpoints are spread, read when a reader asks for them. @module */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { ask, reasonOf } from "../ask.ts";
import type { KeptModel } from "../contents.ts";
import { figure } from "../format.ts";
import { reconnections } from "../live.ts";
import { chosenIteration, nearestTo } from "../moment.ts";
import { BARS, type Spread } from "../spread.ts";
import { Film } from "./film.tsx";

/** Width and height of a histogram, and width of a bar. */
const [WIDTH, HEIGHT, BAR] = [160, 44, 160 / BARS];

/** What each part is called, and what it says. */
const words = {
  weights: {
    title: "Weights",
    closed: "how they are spread, tensor by tensor",
    open: "of the networks' parameters in this checkpoint",
    none: "this checkpoint has no parameters",
  },
  gradients: {
    title: "Gradients",
    closed: "their running mean, tensor by tensor",
    open: "the running mean of the gradients that the optimizer keeps in this checkpoint (Adam's " +
      "first moment, over 1 − β₁ᵗ): the newest weigh most",
    none: "this checkpoint keeps no gradients, as Adam and its kin alone keep their running mean",
  },
} as const;

/** A part that folds; its histograms are of the checkpoint that the page looks at. */
export function Spreads(
  { run, part, kept }: {
    run: string;
    part: keyof typeof words;
    /** Checkpoints, oldest first. */
    kept: readonly KeptModel[];
  },
): VNode {
  const isOpen = useSignal(false);
  const shown = useSignal<{ readonly iteration: number; readonly all: readonly Spread[] } | null>(
    null,
  );
  const problem = useSignal("");
  const { id, iteration } = nearestTo(kept, chosenIteration.value)!;
  useEffect(() => {
    if (!isOpen.value) return;
    const controller = new AbortController();
    spreadsIn(run, part, id, controller.signal).then(
      (all) => {
        shown.value = { iteration, all };
        problem.value = "";
      },
      (error: Error) => {
        if (!controller.signal.aborted) problem.value = reasonOf(error);
      },
    );
    return () => controller.abort();
  }, [isOpen.value, run, id, reconnections.value]);
  const { title: heading, closed, open, none } = words[part];
  const title = `iteration ${iteration.toLocaleString("en")}`;
  const said = problem.value !== ""
    ? ""
    : shown.value === null
    ? "The checkpoint is being read."
    : `At ${title}: ${shown.value.all.length === 0 ? none : open}.`;
  return (
    <details
      class="section"
      onToggle={({ currentTarget }) => isOpen.value = currentTarget.open}
    >
      <summary>
        <h2>{heading}</h2>
        {!isOpen.value && <small>{closed}</small>}
      </summary>
      {isOpen.value && (
        <>
          {said !== "" && <p class="note">{said}</p>}
          <Film
            name={`the ${part}`}
            title={title}
            moments={kept}
            isThere={shown.value?.iteration === iteration}
          />
          {problem.value !== "" && <p class="problem" role="alert">{problem.value}</p>}
          <div class="histograms">
            {shown.value?.all.map((each) => <Histogram key={each.name} {...each} />)}
          </div>
        </>
      )}
    </details>
  );
}

async function spreadsIn(
  run: string,
  part: keyof typeof words,
  checkpoint: number,
  signal: AbortSignal,
): Promise<readonly Spread[]> {
  const query = new URLSearchParams({ run, part, checkpoint: String(checkpoint) });
  const response = await ask(`/api/policy?${query}`, { signal });
  if (!response.ok) throw new Error(await response.text());
  return await response.json();
}

function Histogram(
  { name, shape, low, high, mean, deviation, counts, broken }: Spread,
): VNode {
  const most = Math.max(1, ...counts);
  const said = `${figure(mean)} ± ${figure(deviation)}`;
  return (
    <figure>
      <figcaption>
        <b>{name}</b> <small>{shape.length === 0 ? "one number" : shape.join(" × ")}</small>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${name}: ${said}`}
      >
        {counts.map((count, i) => {
          const height = count === 0 ? 0 : Math.max(1, HEIGHT * count / most);
          const x = counts.length === 1 ? (WIDTH - BAR) / 2 : i * BAR;
          return <rect key={i} x={x} y={HEIGHT - height} width={BAR} height={height} />;
        })}
      </svg>
      <div class="ends">
        <small>{figure(low)}</small>
        <small>{said}</small>
        <small>{figure(high)}</small>
      </div>
      {broken > 0 && (
        <p class="problem">
          {broken.toLocaleString("en")} of its numbers {broken === 1 ? "is" : "are"} not finite
        </p>
      )}
    </figure>
  );
}
