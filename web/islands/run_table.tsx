/**
 * The table of runs: a query, columns of the reader's choice, order, groups; pages of it come from
 * the server, again as runs go on. Filter, columns, order and groups stand in the address.
 *
 * @module
 */
import { type Signal, useSignal } from "@preact/signals";
import type { ComponentChildren, RefObject, VNode } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { keepBeside, keptBeside } from "../ask.ts";
import { useAddress } from "../components/address.ts";
import { useAsked } from "../components/asked.ts";
import { MOST_NAMED, runsQuery } from "../compare_query.ts";
import { ChangeBar } from "../components/change_bar.tsx";
import { reachesOf, Seeds } from "../components/seeds.tsx";
import { SortableHead } from "../components/sortable_head.tsx";
import { Spark } from "../components/spark.tsx";
import { Status } from "../components/status.tsx";
import { MOST_RUNS, useTrends } from "../components/trends.tsx";
import { useTime } from "../components/time.ts";
import { Width } from "../components/width.tsx";
import { ago, boundsText, count, duration, figure, figureBeside, metricTitle } from "../format.ts";
import type { Headline } from "../summary.ts";
import { FIGURE, metricLabel } from "../../lab/experiment/metric_label.ts";
import { heardMessages } from "../live.ts";
import { commandIn, EXAMPLE, type Program } from "../program.ts";
import {
  type Cell,
  groupedBy,
  LABEL,
  queryOf,
  styleOf,
  type TableAnswer,
  type TableColumn,
  type TableGroup,
  type TableRequest,
  type TableRow,
  widthOf,
} from "../runs_query.ts";

/** Columns of every table of single runs, by the key that sorts them. */
const fixed = [
  { key: "name", title: "Run" },
  { key: "seed", title: "Seed", number: true },
  { key: "status", title: "Status" },
] as const;
const last = [
  { key: "time", title: "Time", number: true },
  { key: "started", title: "Started", number: true },
] as const;

/** Letters of a name from which on it gives way to what stands beside it. */
const LONG = 24;

/** What the chosen runs are kept as. */
const CHOSEN = "chosen";

/** Groups that a reader may choose by name; any other key can be typed. */
const usualGroups = ["configuration", "experiment", "agent", "environment", "agent.learningRate"];

/** The island. `initial` is what the server made of `request` at `now`; all runs where it could not. */
export default function RunTable(
  { location, program, initial, request, problem: why = "", readOnly, now: then }: {
    /** Where the store lies, as far as it is to be said, and how commands reach it. */
    location: string;
    program: Program;
    initial: TableAnswer;
    request: TableRequest;
    /** Why `request` could not be answered. */
    problem?: string;
    readOnly: boolean;
    now: number;
  },
): VNode {
  const asked = useSignal(request);
  const table = useSignal(initial);
  const problem = useSignal(why);
  const now = useTime(then);
  const chosen = useChosen();
  /** The row that keys went to: the run's id, or the group's label. */
  const at = useSignal<string | undefined>(undefined);
  const help = useSignal(false);
  /** As they are while one is dragged; the address keeps what comes of it. */
  const widths = useSignal(request.widths);
  useTable(asked.value, table, problem);
  // Of what is shown, which may be older than what was asked for.
  const { group, rows, groups, columns, found, length, total, archived, trashed = 0, keys } =
    table.value;
  const { limit, filter } = asked.value;
  // Until the answer is there, and where there are no longer as many rows, what is shown.
  const offset = Math.min(asked.value.offset, table.value.offset);
  const change = (next: Partial<TableRequest>) => {
    at.value = undefined;
    asked.value = { ...asked.value, offset: 0, ...next };
  };
  const shown = group === "" ? rows.map(({ row }) => [row.id]) : groups.map(({ runs }) => runs);
  const reachOf = useMemo(() => reachesOf(groups.map(({ cells }) => cells)), [groups]);
  const rowNames = group === "" ? shown.flat() : groups.map(({ label }) => label);
  const atIndex = rowNames.findIndex((name) => name === at.value);
  const visible = new Set(shown.flat());
  const hidden = [...chosen.value].filter((id) => !visible.has(id));
  const choose = (ids: readonly string[], on?: boolean) => {
    const next = new Set(chosen.value);
    const all = on ?? !ids.every((id) => next.has(id));
    for (const id of ids) all ? next.add(id) : next.delete(id);
    chosen.value = next;
  };
  const from = useRef<string>();
  /** Chooses a row; with Shift all from the one that was chosen before, where that is shown. */
  const pick = (index: number, range: boolean) => {
    const start = range ? shown.findIndex(([id]) => id === from.current) : -1;
    const ends = start >= 0 ? [start, index].sort((a, b) => a - b) : [index];
    const ids = shown.slice(ends[0], ends.at(-1)! + 1).flat();
    choose(ids, range ? true : undefined);
    from.current = shown[index][0];
  };
  const search = useRef<HTMLInputElement>(null);
  const body = useRef<HTMLTableSectionElement>(null);
  useKeys((key) => {
    const moved = { j: 1, k: -1 }[key];
    if (moved !== undefined) {
      const next = Math.max(0, Math.min(shown.length - 1, atIndex + moved));
      at.value = rowNames[next];
      body.current?.rows[next]?.scrollIntoView({ block: "nearest" });
    } else if (key === "x" && atIndex >= 0) pick(atIndex, false);
    else if (key === "/") search.current?.focus();
    else if (key === "?") help.value = !help.value;
    else if (key === "Enter" && atIndex >= 0) {
      body.current?.rows[atIndex]?.querySelector("a")?.click();
    } else return false;
    return true;
  });
  const head = (
    column: { key: string; title: string; number?: boolean; better?: string | null },
  ) => (
    <Head
      key={column.key}
      column={column}
      request={asked.value}
      choose={(descending) => change({ sort: column.key, descending })}
    >
      <Width
        label={column.title}
        pixels={widths.value[column.key]}
        change={(pixels, ended) => {
          const { [column.key]: _, ...others } = widths.value;
          widths.value = pixels === null ? others : { ...others, [column.key]: widthOf(pixels) };
          if (ended) asked.value = { ...asked.value, widths: widths.value };
        }}
      />
    </Head>
  );
  const custom = columns.map(({ key, better }) => ({
    key,
    title: key.includes("/") ? metricTitle(key) : key,
    number: true,
    better,
  }));
  const heads = group === ""
    ? [...fixed, ...custom, ...last]
    : [{ key: LABEL, title: group }, ...custom];
  useWidths(styleOf(heads.map(({ key }) => key), widths.value));
  return (
    <section>
      {total === 0 && (
        <p class="empty">
          No run yet{location !== "" && (
            <>
              {" "}in <code>{location}</code>
            </>
          )}. Train some with{" "}
          <code>{commandIn(program, EXAMPLE)}</code>: they appear here while they train. Or{" "}
          <a href="/train">train in this page</a>.
        </p>
      )}
      <div class="toolbar">
        <label class="grow">
          <span class="hidden">Filter runs</span>
          <input
            ref={search}
            type="search"
            placeholder="Filter: ppo agent.learningRate<0.01 and evaluation/return_mean>400"
            value={filter}
            onInput={(event) => change({ filter: event.currentTarget.value })}
          />
        </label>
        <CompareLink filter={table.value.filter} found={found} chosen={chosen.value} />
      </div>
      <div class="toolbar">
        <label>
          Group by{" "}
          <input
            class="key"
            list="groups"
            placeholder="nothing"
            value={asked.value.group}
            onChange={({ currentTarget: { value } }) =>
              change(groupedBy(value.trim(), asked.value))}
          />
        </label>
        <Columns
          keys={columns.map(({ key }) => key)}
          asked={asked.value.columns}
          set={(columns) => change({ columns })}
        />
        <small role="status">
          {found === total
            ? total === 1 ? "1 run" : `${total.toLocaleString("en")} runs`
            : `${found.toLocaleString("en")} of ${total.toLocaleString("en")} runs`}
          {archived > 0 && `, ${archived} archived (tag=archived)`}
          {chosen.value.size > 0 && `, ${chosen.value.size} chosen`}
          {hidden.length > 0 && `, ${hidden.length} of them not shown`}
        </small>
        {hidden.length > 0 && (
          <button
            type="button"
            class="quiet"
            onClick={() => choose(hidden, false)}
          >
            Leave them out
          </button>
        )}
        <button
          type="button"
          class="quiet"
          aria-expanded={help.value}
          onClick={() => help.value = !help.value}
        >
          Keys
        </button>
        <datalist id="keys">
          {keys.map((key) => <option key={key} value={key} />)}
        </datalist>
        <datalist id="groups">
          {[...usualGroups, ...keys.filter((key) => !usualGroups.includes(key))]
            .map((key) => <option key={key} value={key} />)}
        </datalist>
      </div>
      {help.value && (
        <p class="note">
          <kbd>/</kbd> filter, <kbd>j</kbd> <kbd>k</kbd> down and up, <kbd>x</kbd>{" "}
          choose (with Shift and the pointer a range), <kbd>Enter</kbd> open, <kbd>Ctrl K</kbd>{" "}
          go to, <kbd>?</kbd> this line
        </p>
      )}
      {!readOnly && <ChangeBar chosen={chosen.value} left={() => chosen.value = new Set()} />}
      {problem.value !== "" && <p class="problem" role="alert">{problem.value}</p>}
      <div class="scroll">
        <table class={`runs ${group === "" ? "" : "grouped"}`}>
          <thead>
            <tr>
              <th scope="col">
                <label class="choose-all">
                  <input
                    type="checkbox"
                    aria-label="Choose all that are shown"
                    autocomplete="off"
                    checked={shown.length > 0 && shown.flat().every((id) => chosen.value.has(id))}
                    onChange={() => choose(shown.flat())}
                  />
                  <span>all that are shown</span>
                </label>
              </th>
              {heads.map(head)}
            </tr>
          </thead>
          <tbody ref={body}>
            {rows.map((each, i) => (
              <RunRow
                key={each.row.id}
                {...each}
                columns={columns}
                now={now}
                chosen={chosen.value.has(each.row.id)}
                isAt={atIndex === i}
                pick={(range) => pick(i, range)}
              />
            ))}
            {groups.map((each, i) => (
              <GroupRow
                key={each.label}
                group={each}
                columns={columns}
                reachOf={reachOf}
                now={now}
                chosen={each.runs.every((id) => chosen.value.has(id))}
                isAt={atIndex === i}
                pick={(range) => pick(i, range)}
              />
            ))}
          </tbody>
        </table>
      </div>
      {length > limit && (
        <div class="toolbar">
          <button
            type="button"
            class="button"
            disabled={offset === 0}
            onClick={() => change({ offset: Math.max(0, offset - limit) })}
          >
            Previous
          </button>
          <span>
            {(offset + 1).toLocaleString("en")} to{" "}
            {Math.min(length, offset + limit).toLocaleString("en")} of {length.toLocaleString("en")}
          </span>
          <button
            type="button"
            class="button"
            disabled={offset + limit >= length}
            onClick={() => change({ offset: offset + limit })}
          >
            Next
          </button>
        </div>
      )}
      {found === 0 && total > 0 && problem.value === "" && (
        <p class="empty">No run matches “{table.value.filter}”.</p>
      )}
      {trashed > 0 && (
        <p class="note">
          <a href="/trash">Trash ({trashed.toLocaleString("en")})</a>
        </p>
      )}
    </section>
  );
}

/** Fetches the table where the reader asks for another part, and, one at a time, after news. */
function useTable(
  request: TableRequest,
  table: Signal<TableAnswer>,
  problem: Signal<string>,
): void {
  const query = queryOf(request).toString();
  useAddress(query);
  useAsked<TableAnswer | { readonly problem: string }>({
    question: `/api/runs?${query}`,
    stamp: heardMessages.value,
    answered: true,
    take(answer) {
      if ("problem" in answer) {
        problem.value = answer.problem;
        return;
      }
      table.value = answer;
      problem.value = "";
    },
    fail: (reason) => problem.value = reason,
  });
}

/** The runs that are chosen, also for who comes back to the page. */
function useChosen(): Signal<ReadonlySet<string>> {
  const chosen = useSignal<ReadonlySet<string>>(new Set());
  const isBegun = useRef(false);
  useEffect(() => {
    if (isBegun.current) return keepBeside(CHOSEN, [...chosen.value]);
    isBegun.current = true;
    const kept = keptBeside(CHOSEN);
    if (Array.isArray(kept) && kept.length > 0) chosen.value = new Set(kept);
  }, [chosen.value]);
  return chosen;
}

/** Calls `pressed` for keys that no control has the use of; it returns whether it took the key. */
function useKeys(pressed: (key: string) => boolean): void {
  const latest = useRef(pressed);
  latest.current = pressed;
  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      const { tagName } = event.target as HTMLElement;
      const typing = ["INPUT", "SELECT", "TEXTAREA"].includes(tagName) &&
        (event.target as HTMLInputElement).type !== "checkbox";
      const onControl = event.key === "Enter" && ["A", "BUTTON", "SUMMARY"].includes(tagName);
      if (typing || onControl || event.metaKey || event.ctrlKey || event.altKey) return;
      if (latest.current(event.key)) event.preventDefault();
    };
    addEventListener("keydown", listener);
    return () => removeEventListener("keydown", listener);
  }, []);
}

/** Gives the page a style of its own, by script, as pages hold no inline one. */
function useWidths(style: string): void {
  useEffect(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    document.adoptedStyleSheets.push(sheet);
    return () => {
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((each) => each !== sheet);
    };
  }, [style]);
}

/** The head of a column, which sorts by it: the better end first. */
function Head(
  { column: { key, title, number, better }, request: { sort, descending }, choose, children }: {
    column: { key: string; title: string; number?: boolean; better?: string | null };
    request: TableRequest;
    choose: (descending: boolean) => void;
    children: ComponentChildren;
  },
): VNode {
  const isSorted = sort === key;
  // Figures of several metrics stand metric by metric, each with its better end first.
  const isMixed = key === FIGURE && better === null;
  const first = better === "up" || key === "started" || isMixed;
  return (
    <SortableHead
      name={title}
      class={number ? "number" : undefined}
      sorted={!isSorted ? "none" : descending ? "descending" : "ascending"}
      choose={() => choose(isSorted ? !descending : first)}
      title={isMixed
        ? "metric by metric, the better end first"
        : better === "up"
        ? "more is better"
        : better === "down"
        ? "less is better"
        : undefined}
    >
      {children}
    </SortableHead>
  );
}

/** The columns beside the fixed ones: taken away by a click, moved, added by their key. */
function Columns(
  { keys, asked, set }: {
    /** Of the columns that are shown. */
    keys: readonly string[];
    /** Of those that are asked for, of which one may be none; empty: nothing is said. */
    asked: readonly string[];
    set: (columns: readonly string[]) => void;
  },
): VNode {
  const own = asked.length > 0 ? asked : keys;
  const without = (key: string) => own.filter((each) => each !== key);
  const forward = (i: number) =>
    own.map((key, j) => j === i - 1 ? own[i] : j === i ? own[i - 1] : key);
  return (
    <details class="columns">
      <summary>Columns ({own.length})</summary>
      <ul>
        {own.map((key, i) => (
          <li key={key}>
            <code>{key}</code>
            {i > 0 && (
              <button
                type="button"
                class="quiet"
                aria-label={`Move ${key} forward`}
                onClick={() => set(forward(i))}
              >
                ◂
              </button>
            )}
            {(own.length > 1 || asked.length > 0) && (
              <button
                type="button"
                class="quiet"
                aria-label={`Take ${key} away`}
                onClick={() => set(without(key))}
              >
                ✕
              </button>
            )}
          </li>
        ))}
      </ul>
      <label>
        Add{" "}
        <input
          class="key"
          list="keys"
          placeholder="agent.learningRate"
          onChange={({ currentTarget }) => {
            const key = currentTarget.value.trim();
            currentTarget.value = "";
            if (key !== "") set([...without(key), key]);
          }}
        />
      </label>
    </details>
  );
}

/** Those that are chosen, else those that are found, else what belongs to the newest run. */
function CompareLink(
  { filter, found, chosen }: { filter: string; found: number; chosen: ReadonlySet<string> },
): VNode | null {
  if (found === 0) return null;
  const query = chosen.size > 0
    ? runsQuery([...chosen])
    : filter.trim() === ""
    ? ""
    : String(new URLSearchParams({ filter }));
  const label = chosen.size > MOST_NAMED
    ? `Compare the first ${figure(MOST_NAMED)} of ${figure(chosen.size)} chosen`
    : chosen.size > 0
    ? `Compare ${chosen.size} chosen`
    : query === ""
    ? "Compare the newest"
    : `Compare ${found} found`;
  return <a class="button" href={query === "" ? "/compare" : `/compare?${query}`}>{label}</a>;
}

/** A row that can be chosen. */
function Line(
  { label, chosen, isAt, pick, children }: {
    label: string;
    chosen: boolean;
    isAt: boolean;
    pick: (range: boolean) => void;
    children: ComponentChildren;
  },
): VNode {
  const classes = [chosen && "chosen", isAt && "at"].filter((each) => each).join(" ");
  return (
    <tr class={classes} aria-current={isAt ? "true" : undefined}>
      <td>
        <input
          type="checkbox"
          aria-label={`Choose ${label}`}
          // What is chosen is known; a browser would tick boxes alone.
          autocomplete="off"
          checked={chosen}
          onClick={(event) => pick(event.shiftKey)}
        />
      </td>
      {children}
    </tr>
  );
}

function RunRow(
  { row, apart, cells, columns, now, ...line }: TableRow & {
    columns: readonly TableColumn[];
    now: number;
    chosen: boolean;
    isAt: boolean;
    pick: (range: boolean) => void;
  },
): VNode {
  return (
    <Line label={`${row.name}, seed ${row.seed}, ${row.id}`} {...line}>
      <th
        scope="row"
        title={row.damage ??
          [`${row.name} (${row.id}): ${row.method} on ${row.world}`, ...row.tags, ...apart]
            .join(", ")}
      >
        <span class="called">
          <a href={`/runs/${row.id}`} class={row.name.length > LONG ? "long" : undefined}>
            {row.name}
          </a>
          {row.tags.map((tag) => <span class="tag" key={tag}>{tag}</span>)}
          {/* Last, as they are what is cut where there is no room. */}
          {apart.length > 0 && <small class="apart">{apart.join(", ")}</small>}
          {row.damage !== null && <small>{row.damage}</small>}
        </span>
      </th>
      <td class="number" data-label="seed">{row.seed}</td>
      <td>
        <Status row={row} />
      </td>
      {cells.map((cell, i) => (
        <td
          key={columns[i].key}
          class={cell === null ? "number none" : isNumber(cell) ? "number" : undefined}
          data-label={shortLabel(columns[i])}
        >
          {columns[i].key === FIGURE && row.headline !== null && (
            <span class="of">{`${metricLabel(row.headline.name)} `}</span>
          )}
          {shownCell(cell, columns[i], now, row.headline)}
        </td>
      ))}
      <td class="number" title={`${count(row.count)} ${row.unit}`}>{duration(row.wallSeconds)}</td>
      <td class="number">{row.damage === null ? ago(row.createdAt, now) : "–"}</td>
    </Line>
  );
}

/** What a cell is of, where it stands on a card and below no head. */
const shortLabel = ({ key }: TableColumn) => key.split(/[./]/).at(-1)!.replaceAll("_", " ");

const isNumber = (cell: Cell) =>
  cell === null || typeof cell === "number" || /^(NaN|-?Infinity|-?[\d.]+)$/.test(cell);

function shownCell(
  cell: Cell,
  { key, isMoment }: TableColumn,
  now: number,
  headline: Headline | null = null,
): ComponentChildren {
  if (typeof cell !== "number") return cell ?? "–";
  if (isMoment) return ago(cell, now);
  return figureBeside(cell, key === FIGURE || key === headline?.name ? headline?.mark : undefined);
}

function GroupRow(
  { group: { label, name, runs, cells }, columns, reachOf, now, ...line }: {
    group: TableGroup;
    columns: readonly TableColumn[];
    reachOf: ReturnType<typeof reachesOf>;
    now: number;
    chosen: boolean;
    isAt: boolean;
    pick: (range: boolean) => void;
  },
): VNode {
  /** The metric of each column; undefined: of none, or of several. */
  const own = columns.map(({ key }, i) => {
    if (key !== FIGURE) return key.includes("/") ? key : undefined;
    return cells[i]?.metrics?.length === 1 ? cells[i].metrics[0] : undefined;
  });
  const metrics = own.flatMap((each) => each ?? []);
  const { mark, trends } = useTrends(runs, metrics, JSON.stringify(cells));
  return (
    <Line label={label} {...line}>
      <th scope="row" title={label}>
        <small>{runs.length === 1 ? "1 run" : `${runs.length} runs`}</small>{" "}
        <a
          ref={mark as RefObject<HTMLAnchorElement>}
          href={`/compare?${runsQuery(runs)}`}
        >
          {name ?? label}
        </a>
      </th>
      {cells.map(({ iqm, spread, values, lost, metrics: judging }, i) => (
        <td key={columns[i].key} class="number" data-label={shortLabel(columns[i])}>
          <Spark
            values={trends.value[own[i] ?? ""] ?? []}
            title={`IQM over training${
              runs.length > MOST_RUNS ? `, of the newest ${MOST_RUNS} runs` : ""
            }`}
          />
          <Seeds values={values} reach={reachOf(i, judging)} />{" "}
          {judging !== undefined && (
            <span class="of">{`${judging.map(metricLabel).join(", ")} `}</span>
          )}
          <span class="value">{shownCell(iqm, columns[i], now)}</span>
          <small>{lost ?? (spread !== null && !columns[i].isMoment && boundsText(spread))}</small>
        </td>
      ))}
    </Line>
  );
}
