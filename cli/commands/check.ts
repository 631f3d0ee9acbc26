/** `check FILE.ts`: examines environments, agents and models and says how to mend them. @module */
import { object } from "@optique/core/constructs";
import { argument } from "@optique/core/primitives";
import type { Finding } from "../../envs/checker.ts";
import { defineCommand, jsonOption, named, plain, setOption } from "../command.ts";
import { exitCodeOf } from "../exit_code.ts";
import { plural } from "../terminal/format.ts";
import type { ExperimentDefinition } from "../../lab/experiment/definition.ts";
import { importFile, isExperiment, isFile } from "../../lab/experiment/load.ts";
import { isOfOwnFile, refusalOf } from "../../lab/experiment/own_errors.ts";
import type { Registries } from "../../lab/experiment/registries.ts";
import { ownPartsOf } from "../../lab/experiment/own.ts";
import type { TrainerFinding } from "../../lab/experiment/trainer_check.ts";
import { namesFiles } from "../settings.ts";
import { callersPath, type Io, styled } from "../terminal/io.ts";
import { noWorldIn, type World, worldsOf } from "../worlds.ts";

/** What was found in one experiment: in what it trains, in its world, or why it cannot be run. */
type ExperimentFinding =
  | TrainerFinding
  | Omit<TrainerFinding, "check"> & { readonly check: "world" | "run" };

/** What was found in one environment, or in one experiment. */
interface Report {
  readonly id: string;
  readonly findings: readonly (Finding | ExperimentFinding)[];
}

/** The command `check`. */
export const check = defineCommand({
  name: "check",
  usage: "FILE.ts | ENV [OPTIONS]",
  brief: "Examines a world, agent or model of your own, says how to mend it",
  description:
    "Examines every environment that a file exports, or that an experiment in it trains " +
    "in: spaces, observations, action masks, seeds, determinism, snapshots, errors, time limit, " +
    "drawing. Its experiments must be such as run would train, the files that they learn from there. " +
    "What trains in them by code of their own (an agent, a model, a data set, a network body, " +
    "callbacks) is trained for a few iterations: the same seed must give the same bits, with an " +
    "evaluation between and from a snapshot, too. Each finding says how to mend it. Exit code 1 where " +
    "one of them is an error, 2 where an experiment cannot be run.",
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
    const definitions = isFile(reference) ? await experimentsOf(io, reference, worlds) : [];
    const told = (report: Report) => {
      if (!json) io.out(describe(report, io));
      return report;
    };
    const { checkEnvironment } = await import("../../envs/checker.ts");
    const environments = worlds.map(({ id, make, definition }) =>
      told({ id, findings: checkEnvironment(definition ?? make()) })
    );
    const experiments: Report[] = [];
    const codes: number[] = [];
    for (const definition of definitions) {
      const world = "environment" in definition ? definition.environment.id : undefined;
      const isBroken = environments.some(({ id, findings }) =>
        id === world && findings.some(isError)
      );
      const look = async () => {
        const findings = isBroken
          ? [brokenWorld(`${world}`)]
          : await findingsIn(definition, await io.registries());
        experiments.push(told({ id: definition.name, findings }));
      };
      codes.push(
        await exitCodeOf({
          error: (line) => {
            experiments.push({ id: definition.name, findings: [refused(line)] });
            if (!json) io.error(line);
          },
        }, look),
      );
    }
    if (json) {
      const named = experiments.map(({ id, findings }) => ({ name: id, findings }));
      io.out(JSON.stringify({ environments, experiments: named }, null, 2));
    }
    const errors = [...environments, ...experiments].flatMap(({ findings }) => findings)
      .filter(isError);
    return Math.max(errors.length > 0 ? 1 : 0, ...codes);
  },
});

/** What is found in an experiment that cannot be run, by the line that says why. */
function refused(line: string): ExperimentFinding {
  return {
    severity: "error",
    check: "run",
    message: line.replace(/^error: /, "").trimEnd(),
    mend: "mend what this line names: run would say the same",
  };
}

/** What is found in an experiment whose world has errors: what follows from them is not told. */
function brokenWorld(id: string): ExperimentFinding {
  return {
    severity: "error",
    check: "world",
    message: `it is not looked at, as its world has errors: ${id}`,
    mend: "mend the world first",
  };
}

/**
 * What is found in an experiment: what trains by code of its own is trained, files that it learns from are
 * opened.
 *
 * @throws InputError where it could not be run, or its file throws.
 */
async function findingsIn(
  definition: ExperimentDefinition,
  registries: Registries,
): Promise<readonly TrainerFinding[]> {
  if (trainsOwn(definition)) {
    const { checkTrainer } = await import("../../lab/experiment/trainer_check.ts");
    try {
      return await checkTrainer(definition, registries);
    } catch (error) {
      throw isOfOwnFile(error) ? refusalOf(`train "${definition.name}"`, error) : error;
    }
  }
  if (readsFiles(definition)) {
    const { checkOpens } = await import("../../lab/experiment/trainer_check.ts");
    await checkOpens(definition, registries);
    return [];
  }
  const { resolve } = await import("../../lab/experiment/resolve.ts");
  await resolve(definition, registries);
  return [];
}

/** Whether an experiment learns from files of the user's, by the fields that name them. */
function readsFiles(definition: ExperimentDefinition): boolean {
  return "dataset" in definition &&
    Object.keys(definition.dataset).some((field) => namesFiles(`dataset.${field}`));
}

/**
 * The experiments of a file.
 *
 * @throws InputError where there is none, and no world either.
 */
async function experimentsOf(
  io: Io,
  reference: string,
  worlds: readonly World[],
): Promise<ExperimentDefinition[]> {
  const module = await importFile(callersPath(io, reference), reference);
  const exported = new Set(Object.values(module).flat());
  const experiments = [...exported].filter(isExperiment);
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
