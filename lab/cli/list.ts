/** `list`: the named experiments. @module */
import { object } from "@optique/core/constructs";
import { defineCommand, jsonOption } from "./command.ts";
import { roughly, table } from "./format.ts";

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
    io.out(table(
      [{ title: "experiment" }, { title: "trains", flexible: true }, {
        title: "a seed",
        align: "right",
      }],
      experiments.map((each) => [each.name, each.summary, roughly(each.expectedSeconds)]),
      io,
    ));
    return 0;
  },
});
