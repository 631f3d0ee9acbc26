/** `check FILE.ts`: examines environments and says how to mend them. @module */
import { object } from "@optique/core/constructs";
import { argument } from "@optique/core/primitives";
import type { Finding } from "../../envs/checker.ts";
import { defineCommand, jsonOption, named, plain, setOption } from "../command.ts";
import { plural } from "../terminal/format.ts";
import { isFile } from "../../lab/experiment/load.ts";
import { type Io, styled } from "../terminal/io.ts";
import { worldsOf } from "../worlds.ts";

/** What was found in one environment. */
interface Report {
  readonly id: string;
  readonly findings: readonly Finding[];
}

/** The command `check`. */
export const check = defineCommand({
  name: "check",
  usage: "FILE.ts | ENV [OPTIONS]",
  brief: "Examines an environment of your own and says how to mend it",
  description:
    "Examines every environment that a file exports, or that an experiment in it trains " +
    "in: spaces, observations, action masks, seeds, determinism, snapshots, errors, time limit, " +
    "drawing. Each finding says how to mend it. Exit code 1 where one of them is an error.",
  examples: [
    ["check corridor.ts", "every environment of a file"],
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
    const worlds = await worldsOf(io, reference, set);
    const { checkEnvironment } = await import("../../envs/checker.ts");
    const reports = worlds.map(({ id, make, definition }): Report => ({
      id,
      findings: checkEnvironment(definition ?? make()),
    }));
    if (json) io.out(JSON.stringify({ environments: reports }, null, 2));
    else for (const report of reports) io.out(describe(report, io));
    const errors = reports.flatMap(({ findings }) => findings).filter(isError);
    return errors.length > 0 ? 1 : 0;
  },
});

const isError = ({ severity }: Finding) => severity === "error";

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
