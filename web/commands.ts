/**
 * What the command palette offers: pages, what can be done, and what the server finds in the store.
 *
 * @module
 */
import { holdsCondition, term } from "../lab/experiment/conditions.ts";
import type { Lookup } from "./lookup.ts";
import { pages } from "./page_names.ts";
import type { Theme } from "./theme.ts";

/** A line of the palette. */
export interface Command {
  readonly kind: "page" | "view" | "action" | "run" | "experiment" | "sweep" | "filter";
  readonly title: string;
  /** What stands beside the title. */
  readonly hint: string;
  /** Where it leads, or the colours that it chooses. */
  readonly does: { readonly href: string } | { readonly theme: Theme };
}

const filtered = (filter: string) => ({ href: `/?${new URLSearchParams({ filter })}` });

/** What is there whatever the store holds. */
const usual: readonly Command[] = [
  ...pages.map(({ name, path }): Command => ({
    ...{ kind: "page", title: name, hint: "" },
    does: { href: path },
  })),
  { kind: "page", title: "Trash", hint: "", does: { href: "/trash" } },
  { kind: "view", title: "Runs that train", hint: "", does: filtered("status=running") },
  { kind: "view", title: "Starred runs", hint: "", does: filtered("tag=starred") },
  { kind: "view", title: "Archived runs", hint: "", does: filtered("tag=archived") },
  { kind: "view", title: "Runs that failed", hint: "", does: filtered("status=failed") },
  {
    kind: "view",
    title: "Runs by configuration",
    hint: "",
    does: { href: "/?group=configuration" },
  },
  { kind: "view", title: "Runs by experiment", hint: "", does: { href: "/?group=experiment" } },
  { kind: "action", title: "Light colours", hint: "", does: { theme: "light" } },
  { kind: "action", title: "Dark colours", hint: "", does: { theme: "dark" } },
  { kind: "action", title: "Colours of the system", hint: "", does: { theme: "auto" } },
];

/** The lines that a text asks for, the usual ones first; `found` is what the server found by it. */
export function commandsFor(text: string, found: Lookup): Command[] {
  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const own = usual.filter(({ kind, title, hint }) =>
    words.every((word) => `${kind} ${title} ${hint}`.toLowerCase().includes(word))
  );
  const experiments = found.experiments.map(({ name, runs }): Command => ({
    kind: "experiment",
    title: name,
    hint: runs === 1 ? "1 run" : `${runs.toLocaleString("en")} runs`,
    does: filtered(term("experiment", name)),
  }));
  const sweeps = found.sweeps.map((name): Command => ({
    ...{ kind: "sweep", title: name, hint: "" },
    does: { href: `/sweeps/${encodeURIComponent(name)}` },
  }));
  const runs = found.runs.map(({ id, name, seed, status }): Command => ({
    ...{ kind: "run", title: name, hint: `seed ${seed}, ${status}, ${id}` },
    does: { href: `/runs/${id}` },
  }));
  const hint = words.length > 0 && holdsCondition(text)
    ? "runs that meet it"
    : "runs with these words";
  const filter: Command = { kind: "filter", title: text.trim(), hint, does: filtered(text.trim()) };
  return [...own, ...experiments, ...sweeps, ...runs, ...words.length > 0 ? [filter] : []];
}
