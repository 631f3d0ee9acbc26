/** The rows that a person asks for. */
import { deepStrictEqual, throws } from "node:assert";
import { chosenRows } from "../../evidence/chosen_rows.ts";
import type { EvidenceRow } from "../../evidence/row.ts";

const rows = ["a-ppo", "a-ppo-quick", "a-dqn", "b-ppo"].map((experiment): EvidenceRow => ({
  ...{ experiment, seeds: 1, page: `docs/agents/${experiment.slice(2, 5)}.md` },
}));
const names = (...filters: string[]) => chosenRows(filters, rows).map((row) => row.experiment);

Deno.test("a row is asked for by its name, else by a part of names or pages, and comes once", () => {
  deepStrictEqual(names(), ["a-ppo", "a-ppo-quick", "a-dqn", "b-ppo"]);
  deepStrictEqual(names("a-ppo"), ["a-ppo"]);
  deepStrictEqual(names("-ppo"), ["a-ppo", "a-ppo-quick", "b-ppo"]);
  deepStrictEqual(names("docs/agents/dqn.md"), ["a-dqn"]);
  deepStrictEqual(names("b-", "ppo.md", "a-dqn"), ["b-ppo", "a-ppo", "a-ppo-quick", "a-dqn"]);
});

Deno.test("a word that no row has is refused, though another has some", () => {
  throws(() => names("a-ppo", "a-pqo"), /"a-pqo" \(did you mean "a-ppo"/);
});
