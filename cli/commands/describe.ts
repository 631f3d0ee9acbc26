/** `describe NAME`: every field of an experiment. @module */
import { object } from "@optique/core/constructs";
import { argument } from "@optique/core/primitives";
import type { Json } from "../../lab/core/snapshot.ts";
import { unitNames } from "../../lab/core/trainer.ts";
import type { FieldDescription } from "../../lab/experiment/fields.ts";
import type { Resolved } from "../../lab/experiment/resolve.ts";
import {
  budgetOption,
  defineCommand,
  jsonOption,
  named,
  plain,
  PROGRAM,
  setOption,
} from "../command.ts";
import { count, table, width } from "../terminal/format.ts";
import { callersReference, type Io, styled } from "../terminal/io.ts";

/** Narrower terminals get two lines a field in place of a table. */
const TABLE_COLUMNS = 110;
/** Width of the column of types. */
const KIND_COLUMNS = 24;

/** The command `describe`. */
export const describe = defineCommand({
  name: "describe",
  usage: "NAME | FILE.ts [OPTIONS]",
  brief: "Every field of an experiment: value, default, range, unit, meaning",
  description: "Shows the resolved configuration of a named experiment or of a file that exports " +
    "one: each field with its type, value, default, range, unit and meaning. With --set it shows " +
    "what run would use.",
  examples: [
    ["describe cartpole-ppo", "what can be set"],
    ["describe cartpole-dqn --set agent.gamma=0.98", "what run would use"],
    ["describe glyphs-vae --json", "the same for a program"],
  ],
  parser: (known) =>
    object({
      name: argument(named("NAME", known.experiments), {
        description: plain("A named experiment, or a file that exports one."),
      }),
      set: setOption(),
      budget: budgetOption("Another budget, in the trainer's unit."),
      json: jsonOption(),
    }),
  async run({ name, set, budget, json }, io) {
    const registries = await io.registries();
    const { loadDefinition } = await import("../../lab/experiment/load.ts");
    const { resolve } = await import("../../lab/experiment/resolve.ts");
    const { definition } = await loadDefinition(callersReference(io, name), registries);
    const overrides = set.map(([path, value]): [string, string] => [path, value]);
    const resolved = await resolve(definition, registries, { set: overrides, budget });
    for (const note of resolved.notes) io.error(`${note}\n`);
    io.out(json ? document(resolved) : page(resolved, unitNames[resolved.unit], io));
    return 0;
  },
});

function document({ definition, configuration, unit, fields }: Resolved): string {
  const { name, summary, version } = definition;
  return JSON.stringify(
    { name, summary, version: version ?? 1, budget_unit: unit, configuration, fields },
    null,
    2,
  );
}

function page({ definition, configuration, fields }: Resolved, unit: string, io: Io): string {
  const { name, summary } = definition;
  return [
    `${styled(io.color.out, "bold", name)}${summary === undefined ? "" : `  ${summary}`}`,
    `Budget: ${count(Number(configuration.budget))} ${unit}.`,
    io.columns() >= TABLE_COLUMNS ? wide(fields, io) : narrow(fields, io),
    `To change a field: ${PROGRAM} run ${name} --set PATH=VALUE`,
  ].join("\n\n");
}

function wide(fields: readonly FieldDescription[], io: Io): string {
  return table(
    [
      { title: "field" },
      { title: "value" },
      { title: "default" },
      { title: "type, range, unit" },
      { title: "meaning", flexible: true },
    ],
    fields.map((field) => [
      field.path,
      valueOf(field, io),
      shown(field.default),
      wrapped(kindOf(field), KIND_COLUMNS).join("\n"),
      field.description,
    ]),
    io,
  );
}

/** `number, 0 … 1` and the unit. */
function kindOf({ type, range, unit }: FieldDescription): string {
  return [type, range, unit].filter((part) => part !== undefined).join(", ");
}

function narrow(fields: readonly FieldDescription[], io: Io): string {
  const indented = (text: string) => wrapped(text, io.columns() - 4).map((line) => `    ${line}`);
  return fields.flatMap((field) => {
    const usual = changed(field) && field.default !== null
      ? `, default ${shown(field.default)}`
      : "";
    const facts = `${kindOf(field)}${usual}`;
    const head = `${field.path} = ${valueOf(field, io)}`;
    const fits = width(head) + 2 + facts.length <= io.columns();
    const dim = (line: string) => styled(io.color.out, "dim", line);
    return [
      fits ? `${head}  ${dim(facts)}` : head,
      ...(fits ? [] : indented(facts).map(dim)),
      ...indented(field.description),
    ];
  }).join("\n");
}

function changed({ value, default: usual }: FieldDescription): boolean {
  return JSON.stringify(value) !== JSON.stringify(usual);
}

/** The value, bold where it differs from the default. */
function valueOf(field: FieldDescription, io: Io): string {
  return styled(io.color.out && changed(field), "bold", shown(field.value));
}

function shown(value: Json | undefined): string {
  if (value === undefined || value === null) return "–";
  if (value === "") return '""';
  if (Array.isArray(value) && value.every((each) => typeof each !== "object")) {
    return `[${value.join(", ")}]`;
  }
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Lines of whole words, at most `columns` wide. */
function wrapped(text: string, columns: number): string[] {
  const lines = [""];
  for (const word of text.split(/\s+/)) {
    const line = lines[lines.length - 1];
    if (line !== "" && line.length + 1 + word.length > columns) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines;
}
