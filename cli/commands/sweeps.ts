/** `sweeps [NAME]`: what has been swept. @module */
import { object } from "@optique/core/constructs";
import { optional } from "@optique/core/modifiers";
import { argument } from "@optique/core/primitives";
import { DamageError, unknownName } from "../../lab/core/errors.ts";
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
    const known = store.sweepNames();
    if (name !== undefined) {
      const state = sweepState(store, name);
      if (state === undefined) throw unknownName("show the sweep", "sweep", name, known, "sweeps");
      const judge = new Judge(await io.registries());
      io.out(json ? sweepDocument(state) : sweepPage(state, judge, io, location));
      return 0;
    }
    if (json) {
      io.out(JSON.stringify({ sweeps: known }, null, 2));
      return 0;
    }
    if (known.length === 0) {
      io.out(`No sweeps yet. To begin one: ${PROGRAM} run NAME --sweep PATH=RANGE`);
      return 0;
    }
    const rows = [...sweepStates(store)].map(([each, state]) => {
      if (state instanceof DamageError) return [each, "–", "–", "–", "damaged"];
      const { sweep, trials, best, over } = state;
      const ended = trials.filter(({ value }) => value !== undefined).length;
      return [
        each,
        sweep.space.map(({ path }) => path).join(", "),
        `${ended} of ${sweep.trials}`,
        figure(best?.value),
        over ? "over" : "not over",
      ];
    });
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
