import { deepStrictEqual, strictEqual } from "node:assert";
import { workForFleet } from "../../lab/experiment/fleet_worker.ts";
import { launch, plansOf, storedPlan } from "../../lab/experiment/launch.ts";
import { Hub } from "../../lab/store/postgres/hub.ts";
import { chaos } from "../lab/experiment/fleet/chaos.ts";
import { Proxy } from "../lab/experiment/fleet/proxy.ts";
import { temporaryStore } from "../lab/experiment/temporary_store.ts";
import { registries } from "../lab/experiment/toy_registries.ts";
import { options, request } from "../lab/experiment/toy_runs.ts";
import { missing, Server } from "../lab/store/postgres/server.ts";
import { until } from "../until.ts";

for (let seed = 1; seed <= 10; seed++) {
  Deno.test({ name: `a fleet under the faults of seed ${seed}`, ignore: missing }, async () => {
    await using server = await Server.start();
    await chaos(server, seed, { runs: 8, faults: 14 });
  });
}

Deno.test(
  { name: "a server that is away for 30 s interrupts no run", ignore: missing },
  async () => {
    await using server = await Server.start();
    await using temporary = await temporaryStore();
    const { folder, store } = temporary;
    const url = await server.database();
    using proxy = new Proxy(server.port);
    const open = (port: number) =>
      Hub.open(url.replace(`:${server.port}/`, `:${port}/`), () => Promise.resolve(undefined));
    await using hub = await open(server.port);
    const slow = request({ set: [["agent.pause", "2500"], ["checkpoint.everyIterations", "3"]] });
    const undisturbed = launch([slow], options(store));
    const [id] = await hub.ask((await plansOf([slow], options(store))).map(storedPlan));
    const lines: string[] = [];
    const worked = workForFleet({
      open: () => open(proxy.port),
      ...{ registries, folder, name: "worker", workers: 1, threads: 1, drain: true },
      signal: new AbortController().signal,
      onLine: (line) => lines.push(line),
    });
    await until(async () => Number((await hub.content(id))?.run.iterations ?? 0) >= 1);
    proxy.cut();
    await new Promise((next) => setTimeout(next, 30_000));
    strictEqual(Number((await hub.content(id))!.run.iterations) < 5, true);
    proxy.open();
    deepStrictEqual(await worked, { ended: 1, failed: 0 });
    deepStrictEqual(lines, [`run ${id}: begins`, `run ${id}: completed`]);
    strictEqual((await hub.content(id))!.run.digest, (await undisturbed)[0].digest);
  },
);
