/** `list`: the named experiments. @module */
import { object } from "@optique/core/constructs";
import { defineCommand, jsonOption } from "../command.ts";
import { roughly, table } from "../terminal/format.ts";

/** Width of the column of times, and of the gaps between the columns. */
const TIME_COLUMNS = 6 + 2 + 2;

/** The command `list`. */
export const list = defineCommand({
  name: "list",
  usage: "[OPTIONS]",
  brief: "Named experiments: what each trains, expected time",
  description: "Lists the named experiments, one line each: the name, what it trains, and how " +
    "long a seed takes on two cores.",
  examples: [
    ["list", "which experiments there are"],
    ["list --json", "the same for a program"],
  ],
  parser: () => object({ json: jsonOption() }),
  async run({ json }, io) {
    const registries = await io.registries();
    const { experiments } = registries;
    if (json) {
      const entries = experiments.map(({ name, summary, expectedSeconds }) => ({
        name,
        summary,
        expected_seconds: expectedSeconds,
      }));
      io.out(JSON.stringify({ experiments: entries }, null, 2));
      return 0;
    }
    const longest = Math.max(...experiments.map(({ name }) => name.length));
    const room = io.columns() - longest - TIME_COLUMNS;
    io.out(table(
      [{ title: "experiment" }, { title: "trains" }, {
        title: "a seed",
        align: "right",
      }],
      experiments.map((each) => [
        each.name,
        clipped(each.summary, room),
        roughly(each.expectedSeconds),
      ]),
      io,
    ));
    return 0;
  },
});

/** At most so many characters: a line each is the point of a list. */
function clipped(text: string, columns: number): string {
  const characters = [...text];
  return characters.length <= columns ? text : `${characters.slice(0, columns - 1).join("")}…`;
}
