/** `check FILE.ts`: examines environments, agents and models and says how to mend them. @module */
import { object } from "@optique/core/constructs";
import { argument } from "@optique/core/primitives";
import type { Finding } from "../../envs/checker.ts";
import { defineCommand, jsonOption, named, plain, setOption } from "../command.ts";
import { plural } from "../terminal/format.ts";
import type { ExperimentDefinition } from "../../lab/experiment/definition.ts";
import { importFile, isExperiment, isFile } from "../../lab/experiment/load.ts";
import { ownPartsOf } from "../../lab/experiment/own.ts";
import type { TrainerFinding } from "../../lab/experiment/trainer_check.ts";
import { callersPath, type Io, styled } from "../terminal/io.ts";
import { noWorldIn, type World, worldsOf } from "../worlds.ts";

/** What was found in one environment, or in what one experiment trains. */
interface Report {
  readonly id: string;
  readonly findings: readonly (Finding | TrainerFinding)[];
}

/** The command `check`. */
export const check = defineCommand({
  name: "check",
  usage: "FILE.ts | ENV [OPTIONS]",
  brief: "Examines a world, agent or model of your own, says how to mend it",
  description:
    "Examines every environment that a file exports, or that an experiment in it trains " +
    "in: spaces, observations, action masks, seeds, determinism, snapshots, errors, time limit, " +
    "drawing. What trains in its experiments by code of its own (an agent, a model, a data set, a " +
    "network body, callbacks) is trained for a few iterations: the same seed must give the same bits, with an " +
    "evaluation between and from a snapshot, too. Each finding says how to mend it. Exit code 1 " +
    "where one of them is an error.",
  examples: [
    ["check corridor.ts", "every environment of a file"],
    ["check my-agent.ts", "and its agent"],
    ["check GridWorld-v0 --set mapName=maze", "a registered one"],
    ["check corridor.ts --json", "the same for a program"],
  ],
  mayBeForeign: (args) => args.some(isFile),
  parser: (known) =>
    object({
      reference: argument(named("ENV", known.environments), {
        description: plain("A file that exports environments, or the id of a registered one."),
      }),
      set: setOption("Set an option of a registered environment, as mapName=8x8. Repeatable."),
      json: jsonOption(),
    }),
  async run({ reference, set, json }, io) {
    const worlds = await worldsOf(io, reference, set, { orNone: true });
    const experiments = isFile(reference) ? await trainersOf(io, reference, worlds) : [];
    const { checkEnvironment } = await import("../../envs/checker.ts");
    const environments = worlds.map(({ id, make, definition }): Report => ({
      id,
      findings: checkEnvironment(definition ?? make()),
    }));
    const trained: Report[] = [];
    for (const definition of experiments) {
      const { checkTrainer } = await import("../../lab/experiment/trainer_check.ts");
      const findings = await checkTrainer(definition, await io.registries());
      trained.push({ id: definition.name, findings });
    }
    const reports = [...environments, ...trained];
    if (json) {
      const experiments = trained.map(({ id, findings }) => ({ name: id, findings }));
      io.out(JSON.stringify({ environments, experiments }, null, 2));
    } else for (const report of reports) io.out(describe(report, io));
    const errors = reports.flatMap(({ findings }) => findings).filter(isError);
    return errors.length > 0 ? 1 : 0;
  },
});

/**
 * The experiments of a file that train what is written in it.
 *
 * @throws InputError where there is none, and no world either.
 */
async function trainersOf(
  io: Io,
  reference: string,
  worlds: readonly World[],
): Promise<ExperimentDefinition[]> {
  const module = await importFile(callersPath(io, reference), reference);
  const exported = new Set(Object.values(module).flat());
  const experiments = [...exported].filter(isExperiment).filter(trainsOwn);
  if (worlds.length + experiments.length === 0) throw noWorldIn(reference, module);
  return experiments;
}

/** Whether an experiment trains what is written in its own file: an agent, a model, data, a network, callbacks. */
export function trainsOwn(definition: ExperimentDefinition): boolean {
  const { agent, model, dataset, body, callbacks } = ownPartsOf(definition);
  return [agent, model, dataset, body, callbacks].some((part) => part !== undefined);
}

const isError = ({ severity }: Pick<Finding, "severity">) => severity === "error";

function describe({ id, findings }: Report, io: Io): string {
  if (findings.length === 0) {
    return `${styled(io.color.out, "green", "✓")} ${id}: all is well`;
  }
  const errors = findings.filter(isError).length;
  const counts = [
    ...(errors > 0 ? [plural(errors, "error")] : []),
    ...(findings.length > errors ? [plural(findings.length - errors, "warning")] : []),
  ];
  return [
    `${styled(io.color.out, "bold", id)}: ${counts.join(", ")}`,
    ...findings.flatMap(({ severity, check, message, mend }) => [
      `  ${styled(io.color.out, severity === "error" ? "red" : "yellow", severity)} ` +
      `(${check}): ${message}`,
      `    To mend it: ${mend}`,
    ]),
  ].join("\n");
}
