/** `sweeps [NAME]`: what has been swept. @module */
import { object } from "@optique/core/constructs";
import { optional } from "@optique/core/modifiers";
import { argument } from "@optique/core/primitives";
import { DamageError, unknownName } from "../../lab/core/errors.ts";
import type { SweepState } from "../../lab/experiment/sweep/state.ts";
import { Judge } from "../../lab/experiment/verdict.ts";
import { defineCommand, jsonOption, named, plain, PROGRAM, storeOption } from "../command.ts";
import { openStoreOf } from "../stores.ts";
import { sweepDocument, sweepPage } from "../sweeping.ts";
import { figure, table } from "../terminal/format.ts";

/** The command `sweeps`. */
export const sweeps = defineCommand({
  name: "sweeps",
  usage: "[NAME] [OPTIONS]",
  brief: "Sweeps: their trials, the best of them, how it is judged",
  description: "Lists the sweeps of the store, or shows the trials of one: from the best down, " +
    "with the settings of the best and what it gets on seeds that chose nothing.",
  examples: [
    ["sweeps", "all of the store"],
    ["sweeps cartpole-a2c-sweep", "one of them"],
    ["sweeps cartpole-a2c-sweep --json", "its trials for a program"],
  ],
  parser: (known) =>
    object({
      name: optional(argument(named("NAME", known.sweeps), { description: plain("A sweep.") })),
      json: jsonOption(),
      store: storeOption(),
    }),
  async run({ name, json, store: location }, io) {
    using opened = await openStoreOf(io, location, { readOnly: true });
    const { store } = opened;
    const { sweepState, sweepStates } = await import("../../lab/experiment/sweep/state.ts");
    if (name !== undefined) {
      const state = sweepState(store, name);
      if (state === undefined) {
        throw unknownName("show the sweep", "sweep", name, store.sweepNames(), "sweeps");
      }
      const judge = new Judge(await io.registries());
      io.out(json ? sweepDocument(state) : sweepPage(state, judge, io, location));
      return 0;
    }
    const all = [...sweepStates(store)].map(([each, state]) =>
      state instanceof DamageError
        ? { sweep: each, damaged: state.message }
        : overviewOf(each, state)
    );
    if (json) {
      io.out(JSON.stringify({ sweeps: all }, null, 2));
      return 0;
    }
    if (all.length === 0) {
      io.out(`No sweeps yet. To begin one: ${PROGRAM} run NAME --sweep PATH=RANGE`);
      return 0;
    }
    const rows = all.map((each) =>
      "damaged" in each ? [each.sweep, "–", "–", "–", "damaged"] : [
        each.sweep,
        each.fields.join(", "),
        `${each.ended} of ${each.trials}`,
        figure(each.best),
        each.over ? "over" : "not over",
      ]
    );
    const columns = [
      { title: "name" },
      { title: "tries", flexible: true },
      { title: "trials", align: "right" as const },
      { title: "best", align: "right" as const },
      { title: "" },
    ];
    io.out(table(columns, rows, io));
    return 0;
  },
});

/** How a sweep stands, in a line. */
function overviewOf(name: string, { sweep, trials, best, over }: SweepState) {
  const ended = trials.filter(({ value }) => value !== undefined).length;
  return {
    ...{ sweep: name, fields: sweep.space.map(({ path }) => path), trials: sweep.trials, ended },
    ...{ best: best?.value ?? null, over },
  };
}
