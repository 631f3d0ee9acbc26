/** What a run's page has, whatever a loop of the user's own logged. */
import { strictEqual } from "node:assert";
import { beginLogged } from "../../lab/experiment/logged_run.ts";
import { playerOf } from "../../web/run_parts.ts";
import { withStore } from "../lab/store/fixtures.ts";

Deno.test("a logged run without a world's id has no player, and a page all the same", () =>
  withStore(async (store) => {
    for (const environment of [null, "Hopper-v4", [], {}]) {
      const run = await beginLogged(store, { name: "loop", configuration: { environment } });
      strictEqual(playerOf(store.run(run.id)!), undefined, JSON.stringify(environment));
      run.finish();
    }
  }));
