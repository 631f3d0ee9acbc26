/** `describe NAME`: every field of an experiment, agent, model, world or data set. @module */
import { object } from "@optique/core/constructs";
import { argument } from "@optique/core/primitives";
import { amountOf } from "../../lab/core/budget.ts";
import { secondsOf } from "../../lab/experiment/budget.ts";
import { InputError } from "../../lab/core/errors.ts";
import type { Resolved } from "../../lab/experiment/resolve.ts";
import type { ReturnScale } from "../../lab/experiment/return_scale.ts";
import type { Store } from "../../lab/store/store.ts";
import { kindOf, nounOf, unknownToAll } from "../catalogue.ts";
import {
  budgetOption,
  defineCommand,
  jsonOption,
  named,
  plain,
  PROGRAM,
  setOption,
  storeOption,
} from "../command.ts";
import { fieldTables, trained } from "../configuration_page.ts";
import { plannedSweepPage, sweepBeside } from "../sweeping.ts";
import { isSweep } from "../../lab/experiment/sweep/definition.ts";
import { partDocument, partOf, partPage } from "../part_page.ts";
import { runPage, runPageDocument } from "../run_page.ts";
import { callersPaths } from "../settings.ts";
import { openStoreOf, storeLocation } from "../stores.ts";
import { scaleDocument } from "../terminal/comparison_table.ts";
import { exists } from "../files.ts";
import { scaleLine } from "../terminal/figures.ts";
import { heading, roughly, wrapped } from "../terminal/format.ts";
import { isFile } from "../../lab/experiment/load.ts";
import { loading } from "../loading.ts";
import { shellWord } from "../../lab/core/shell.ts";
import { callersPath, callersReference, type Io } from "../terminal/io.ts";

/** The command `describe`. */
export const describe = defineCommand({
  name: "describe",
  usage: "NAME | FILE.ts | RUN [OPTIONS]",
  brief: "Every field by name: value, default, range, unit, meaning",
  description:
    "Shows what can be set: of a named experiment or a file that exports one, first the fields " +
    "that differ from their defaults, then the others, each with its type, range, unit and " +
    "meaning. With --set it shows what run would use. Of an agent, a model, a world or a data " +
    "set it shows the defaults, and the experiments that use it; of a stored run its state and " +
    "what it was trained with; of a file that exports a sweep what it would try.",
  examples: [
    ["describe cartpole-ppo", "what it sets, and what can be set"],
    ["describe cartpole-dqn --set agent.gamma=0.98", "what run would use"],
    ["describe sac", "an agent: its fields and the experiments that train it"],
    ["describe FrozenLake-v1", "a world: its spaces, options and the agents that fit"],
    ["describe latest", "a stored run: its state, what it was trained with"],
    ["describe glyphs-vae --json", "the same for a program"],
  ],
  mayBeForeign: (args) => args.some(isFile),
  parser: (known) =>
    object({
      name: argument(
        named(
          "NAME",
          [
            known.experiments,
            known.agents,
            known.models,
            known.environments,
            known.datasets,
            known.runs,
          ]
            .flatMap((names) => names ?? []),
        ),
        {
          description: plain(
            "An experiment, agent, model, world or data set, a file that exports an experiment, or " +
              "a stored run.",
          ),
        },
      ),
      set: setOption(),
      budget: budgetOption(),
      json: jsonOption(),
      store: storeOption(),
    }),
  async run({ name, set, budget, json, store: location }, io) {
    const registries = await io.registries();
    const kind = isFile(name) ? "experiments" : kindOf(registries, name);
    if (kind !== "experiments" && (set.length > 0 || budget !== undefined)) {
      const noun = kind === undefined ? "run" : nounOf[kind];
      throw new InputError(
        `Cannot describe the ${noun} ${name} with --set or --budget as they are an experiment's`,
      );
    }
    if (kind === undefined) {
      using opened = await storeWith(name, io, location);
      if (opened === undefined) throw unknownToAll("describe it", registries, name);
      const { store } = opened;
      const run = store.find(name);
      io.out(
        json
          ? await runPageDocument(store, run, registries)
          : await runPage(store, run, registries, location, io),
      );
      return 0;
    }
    if (kind !== "experiments") {
      const part = await partOf(registries, kind, name);
      io.out(json ? partDocument(part) : await partPage(part, registries, io));
      return 0;
    }
    const { importFile, loadDefinition } = await import("../../lab/experiment/load.ts");
    if (isFile(name)) {
      const path = callersPath(io, name);
      const { default: written } = await loading(io, name, () => importFile(path, name));
      if (isSweep(written)) {
        if (set.length > 0) {
          throw new InputError(
            `Cannot describe the sweep with --set as its file says what is tried: ${name}`,
          );
        }
        const { resolveSweep } = await import("../../lab/experiment/sweep/sweep.ts");
        const asked = {
          ...sweepBeside(path, written),
          ...(budget === undefined ? {} : { budget }),
        };
        const sweep = await resolveSweep(asked, registries);
        io.out(json ? JSON.stringify(sweep, null, 2) : plannedSweepPage(written.name, sweep, io));
        return 0;
      }
    }
    const { resolve } = await import("../../lab/experiment/resolve.ts");
    const { definition } = await loading(
      io,
      name,
      () => loadDefinition(callersReference(io, name), registries),
    );
    const resolved = await resolve(definition, registries, { set: callersPaths(set, io), budget });
    const { returnScale } = await import("../../lab/experiment/return_scale.ts");
    const scale = returnScale(resolved.configuration, registries);
    for (const note of resolved.notes) io.notice(`${note}\n`);
    io.out(json ? document(resolved, scale) : page(resolved, scale, name, io));
    return 0;
  },
});

/** The store where a reference is one of its runs; undefined: there is none, or no store. */
async function storeWith(
  reference: string,
  io: Io,
  location: string | undefined,
): Promise<({ readonly store: Store } & Disposable) | undefined> {
  if (location === undefined && !await exists(storeLocation(io, undefined))) return undefined;
  const opened = await openStoreOf(io, location, { readOnly: true });
  const ids = opened.store.runs().map(({ id }) => id);
  const damaged = opened.store.damagedRuns().map(({ id }) => id);
  const isRun = reference === "latest" ||
    [...ids, ...damaged].some((id) => id.startsWith(reference));
  if (isRun) return opened;
  opened[Symbol.dispose]();
  return undefined;
}

function document(
  { definition, configuration, unit, fields }: Resolved,
  scale: ReturnScale | undefined,
): string {
  const { name, summary, version } = definition;
  return JSON.stringify(
    {
      name,
      summary,
      version: version ?? 1,
      budget_unit: unit,
      ...(scale === undefined ? {} : { environment: scaleDocument(scale) }),
      configuration,
      fields,
    },
    null,
    2,
  );
}

function page(
  resolved: Resolved,
  scale: ReturnScale | undefined,
  reference: string,
  io: Io,
): string {
  const { definition, configuration, fields, unit } = resolved;
  const { name, summary, seeds = 1 } = definition;
  const seconds = secondsOf(definition, configuration);
  const time = seconds === undefined ? "" : `, about ${roughly(seconds)} a seed on two cores`;
  const worth = scale === undefined ? "" : scaleLine(scale);
  return [
    heading(name, summary, io),
    wrapped(
      `${trained(configuration)}. Budget: ${
        amountOf(Number(configuration.budget), unit)
      }${time}. ` +
        `Seeds: ${seeds}.`,
      io.columns(),
    ).join("\n"),
    ...(worth === "" ? [] : [`${worth}.`]),
    ...fieldTables(fields, io),
    `To change a field: ${PROGRAM} run ${shellWord(reference)} --set PATH=VALUE`,
  ].join("\n\n");
}
