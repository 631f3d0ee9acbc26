import { chaos } from "../lab/experiment/fleet/chaos.ts";
import { missing, Server } from "../lab/store/postgres/server.ts";

Deno.test({ name: "a fleet under faults of ten seeds", ignore: missing }, async (t) => {
  await using server = await Server.start();
  for (let seed = 1; seed <= 10; seed++) {
    await t.step(`seed ${seed}`, () => chaos(server, seed, { runs: 8, faults: 14 }));
  }
});
