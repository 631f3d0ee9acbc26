/**
 * The table of runs: filter, sort, choose for comparison; rows change as runs go on.
 *
 * @module
 */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import type { RunSummary } from "../summary.ts";
import { ago, count, duration, figure, metricTitle } from "./format.ts";
import { listen, rows } from "./live.ts";

type Key = "createdAt" | "experiment" | "method" | "seed" | "status" | "headline" | "wallSeconds";

const columns: readonly { key: Key; title: string }[] = [
  { key: "experiment", title: "Experiment" },
  { key: "seed", title: "Seed" },
  { key: "status", title: "Status" },
  { key: "headline", title: "Result" },
  { key: "wallSeconds", title: "Time" },
  { key: "createdAt", title: "Started" },
];

/** NaN and what is missing come last whatever the direction. */
function rank(row: RunSummary, key: Key): number | string | null {
  if (key === "headline") {
    const value = row.headline?.value;
    return typeof value === "number" ? value : null;
  }
  return key === "seed" ? Number(row.seed) : row[key];
}

function sorted(list: RunSummary[], key: Key, descending: boolean): RunSummary[] {
  const sign = descending ? -1 : 1;
  return list.sort((a, b) => {
    const [x, y] = [rank(a, key), rank(b, key)];
    if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1;
    return sign * (x < y ? -1 : x > y ? 1 : 0);
  });
}

/** Every word must stand in the row's text. */
function matches(row: RunSummary, filter: string): boolean {
  const text = [row.id, row.name, row.experiment, row.method, row.world, row.status, row.backend]
    .concat(row.tags, `seed=${row.seed}`).join(" ").toLowerCase();
  return filter.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

/** Rows shown before "show all". */
const firstRows = 200;

/** The island. `runs` is what the server knew when the page was made. */
export default function RunTable(
  { runs, now }: { runs: readonly RunSummary[]; now: number },
): VNode {
  const filter = useSignal("");
  const key = useSignal<Key>("createdAt");
  const descending = useSignal(true);
  const chosen = useSignal<ReadonlySet<string>>(new Set());
  const all = useSignal(false);
  useEffect(listen, []);

  const live = rows.value.size > 0 ? [...rows.value.values()] : [...runs];
  const found = sorted(
    live.filter((row) => matches(row, filter.value)),
    key.value,
    descending.value,
  );
  const shown = all.value ? found : found.slice(0, firstRows);
  const moment = rows.value.size > 0 ? Date.now() : now;
  const toggle = (id: string) => {
    const next = new Set(chosen.value);
    if (!next.delete(id)) next.add(id);
    chosen.value = next;
  };
  const sortBy = (next: Key) => {
    descending.value = key.value === next ? !descending.value : next === "createdAt";
    key.value = next;
  };
  const query = (chosen.value.size > 0 ? [...chosen.value] : found.map((row) => row.id))
    .map((id) => `run=${id}`).join("&");

  return (
    <section>
      <div class="toolbar">
        <label class="grow">
          <span class="hidden">Filter runs</span>
          <input
            type="search"
            placeholder="Filter: ppo, seed=1, completed, …"
            value={filter.value}
            onInput={(event) => filter.value = event.currentTarget.value}
          />
        </label>
        <a class="button" href={`/compare?${query}`}>
          Compare {chosen.value.size > 0 ? `${chosen.value.size} chosen` : `all ${found.length}`}
        </a>
      </div>
      <div class="scroll">
        <table class="runs">
          <thead>
            <tr>
              <th scope="col">
                <span class="hidden">Choose</span>
              </th>
              {columns.map((column) => (
                <th
                  scope="col"
                  key={column.key}
                  aria-sort={key.value === column.key
                    ? (descending.value ? "descending" : "ascending")
                    : "none"}
                >
                  <button type="button" onClick={() => sortBy(column.key)}>{column.title}</button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <Row
                key={row.id}
                row={row}
                now={moment}
                chosen={chosen.value.has(row.id)}
                toggle={toggle}
              />
            ))}
          </tbody>
        </table>
      </div>
      {found.length > shown.length && (
        <button
          type="button"
          class="button"
          onClick={() => all.value = true}
        >
          Show all {found.length} runs
        </button>
      )}
      {found.length === 0 && <p class="empty">No run matches “{filter.value}”.</p>}
    </section>
  );
}

function Row(
  { row, now, chosen, toggle }: {
    row: RunSummary;
    now: number;
    chosen: boolean;
    toggle: (id: string) => void;
  },
): VNode {
  return (
    <tr class={chosen ? "chosen" : undefined}>
      <td>
        <input
          type="checkbox"
          aria-label={`Choose ${row.name}, seed ${row.seed}`}
          checked={chosen}
          onChange={() => toggle(row.id)}
        />
      </td>
      <th scope="row">
        <a href={`/runs/${row.id}`}>{row.name}</a>
        <small>{row.method} on {row.world}</small>
      </th>
      <td>{row.seed}</td>
      <td>
        <Status row={row} />
      </td>
      <td>
        {row.headline === null ? "–" : (
          <>
            <strong>{figure(row.headline.value)}</strong>
            <small>{metricTitle(row.headline.name)}</small>
          </>
        )}
      </td>
      <td>
        {duration(row.wallSeconds)}
        <small>{count(row.count)} {row.unit}</small>
      </td>
      <td>{ago(row.createdAt, now)}</td>
    </tr>
  );
}

/** Status as a word with a mark, and how far the budget is used while a run goes on. */
export function Status({ row }: { row: RunSummary }): VNode {
  return (
    <>
      <span class={`status ${row.status}`}>{row.status}</span>
      {row.status === "running" && (
        <progress value={row.progress} max={1} aria-label="Budget used">
          {Math.round(row.progress * 100)} %
        </progress>
      )}
    </>
  );
}
