import { strictEqual } from "node:assert";
import { commandLine } from "../../cli/stores.ts";

Deno.test("a command line that is proposed reaches the store, by the task that may", () => {
  const [here, fleet] = ["deno task -q experiment", "deno task -q experiment:fleet"];
  const [folder, database] = ["/tmp/my-runs_2", "postgres://lab@db:5432/lab"];
  strictEqual(commandLine("runs", undefined), `${here} runs`);
  strictEqual(commandLine("runs", folder), `${here} runs --store ${folder}`);
  strictEqual(commandLine("runs", "it's mine"), `${here} runs --store 'it'\\''s mine'`);
  strictEqual(commandLine("runs", database), `${fleet} runs --store ${database}`);
  const files = `${database}?sslmode=disable&files=s3://lab`;
  strictEqual(commandLine("runs", files), `${fleet} runs --store '${database}?sslmode=disable'`);
});
