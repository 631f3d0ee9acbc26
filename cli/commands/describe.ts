/** `describe NAME`: every field of an experiment, agent, model, world or data set. @module */
import { object } from "@optique/core/constructs";
import { argument } from "@optique/core/primitives";
import { amountOf } from "../../lab/core/budget.ts";
import { InputError } from "../../lab/core/errors.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import { isOwn } from "../../lab/experiment/own.ts";
import type { Resolved } from "../../lab/experiment/resolve.ts";
import type { ReturnScale } from "../../lab/experiment/return_scale.ts";
import { kindOf, nounOf, unknownToAll } from "../catalogue.ts";
import {
  budgetOption,
  defineCommand,
  jsonOption,
  named,
  plain,
  PROGRAM,
  setOption,
} from "../command.ts";
import { partDocument, partOf, partPage } from "../part_page.ts";
import { scaleDocument } from "../terminal/comparison_table.ts";
import { scaleLine } from "../terminal/figures.ts";
import { heading, roughly, wrapped } from "../terminal/format.ts";
import { callersReference, type Io, isFile, styled } from "../terminal/io.ts";
import { differs, fieldsTable } from "../terminal/fields_table.ts";

/** The command `describe`. */
export const describe = defineCommand({
  name: "describe",
  usage: "NAME | FILE.ts [OPTIONS]",
  brief: "Every field by name: value, default, range, unit, meaning",
  description:
    "Shows what can be set: of a named experiment or a file that exports one, first the fields " +
    "that differ from their defaults, then the others, each with its type, range, unit and " +
    "meaning. With --set it shows what run would use. Of an agent, a model, a world or a data " +
    "set it shows the defaults, and the experiments that use it.",
  examples: [
    ["describe cartpole-ppo", "what it sets, and what can be set"],
    ["describe cartpole-dqn --set agent.gamma=0.98", "what run would use"],
    ["describe sac", "an agent: its fields and the experiments that train it"],
    ["describe FrozenLake-v1", "a world: its spaces, options and the agents that fit"],
    ["describe glyphs-vae --json", "the same for a program"],
  ],
  mayBeForeign: (args) => args.some(isFile),
  parser: (known) =>
    object({
      name: argument(
        named(
          "NAME",
          [known.experiments, known.agents, known.models, known.environments, known.datasets]
            .flatMap((names) => names ?? []),
        ),
        {
          description: plain(
            "An experiment, agent, model, world or data set, or a file that exports an experiment.",
          ),
        },
      ),
      set: setOption(),
      budget: budgetOption(),
      json: jsonOption(),
    }),
  async run({ name, set, budget, json }, io) {
    const registries = await io.registries();
    const kind = isFile(name) ? "experiments" : kindOf(registries, name);
    if (kind === undefined) throw unknownToAll("describe it", registries, name);
    if (kind !== "experiments") {
      if (set.length > 0 || budget !== undefined) {
        throw new InputError(
          `Cannot describe the ${nounOf[kind]} ${name} with --set or --budget as they are an ` +
            "experiment's",
        );
      }
      const part = await partOf(registries, kind, name);
      io.out(json ? partDocument(part) : await partPage(part, registries, io));
      return 0;
    }
    const { loadDefinition } = await import("../../lab/experiment/load.ts");
    const { resolve } = await import("../../lab/experiment/resolve.ts");
    const { definition } = await loadDefinition(callersReference(io, name), registries);
    const overrides = set.map(([path, value]): [string, string] => [path, value]);
    const resolved = await resolve(definition, registries, { set: overrides, budget });
    const { returnScale } = await import("../../lab/experiment/return_scale.ts");
    const scale = returnScale(resolved.configuration, registries);
    for (const note of resolved.notes) io.notice(`${note}\n`);
    io.out(json ? document(resolved, scale) : page(resolved, scale, name, io));
    return 0;
  },
});

/** Name or id of a part of a configuration, and whether it is the definition's own. */
function chosen(part: Json | undefined): string {
  const { name, id } = part as { name?: string; id?: string };
  return `${name ?? id}${isOwn(part) ? " (own)" : ""}`;
}

/** What a configuration trains, and what with: `Trains dqn in Corridor-v0 (own)`. */
function trained({ agent, environment, model, dataset, body, callbacks }: {
  readonly [part: string]: Json;
}): string {
  const what = agent === undefined
    ? `${chosen(model)} on ${chosen(dataset)}`
    : `${chosen(agent)} in ${chosen(environment)}`;
  return `Trains ${what}${body === undefined ? "" : ` through the network body ${chosen(body)}`}${
    callbacks === undefined ? "" : ", with callbacks (own)"
  }`;
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
  const { name, summary, seeds = 1, expectedSeconds } = definition;
  const time = expectedSeconds === undefined
    ? ""
    : `, about ${roughly(expectedSeconds)} a seed on two cores`;
  const worth = scale === undefined ? "" : scaleLine(scale);
  const changed = fields.filter(differs);
  const rest = fields.filter((field) => !differs(field));
  const title = (text: string) => styled(io.color.out, "bold", text);
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
    ...(changed.length === 0
      ? []
      : [`${title("Different from the default")}\n${fieldsTable(changed, io)}`]),
    ...(rest.length === 0 ? [] : [`${title("As by default")}\n${fieldsTable(rest, io)}`]),
    `To change a field: ${PROGRAM} run ${reference} --set PATH=VALUE`,
  ].join("\n\n");
}
