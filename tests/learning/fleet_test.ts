import { chaos } from "../lab/experiment/fleet/chaos.ts";
import { missing, Server } from "../lab/store/postgres/server.ts";

for (let seed = 1; seed <= 10; seed++) {
  Deno.test({ name: `a fleet under the faults of seed ${seed}`, ignore: missing }, async () => {
    await using server = await Server.start();
    await chaos(server, seed, { runs: 8, faults: 14 });
  });
}
