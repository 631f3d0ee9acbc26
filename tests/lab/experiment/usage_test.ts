/** What a run takes of the machine, by a clock and a process of the test's own. */
import { deepStrictEqual, ok } from "node:assert";
import { ownTimings } from "../../../lab/core/metrics.ts";
import { usageMeter, type UsedProcess } from "../../../lab/experiment/usage.ts";

Deno.test("memory is told at the first report, and each second with the cores kept busy", () => {
  let [time, user, rss, system] = [500, 100_000, 80e6, 20_000];
  const used: UsedProcess = {
    memoryUsage: () => ({ rss, heapUsed: 7e6, external: 3e6 }),
    cpuUsage: () => ({ user, system }),
  };
  const look = usageMeter(used, () => time);
  const memory = { "timing/process_memory_mb": 80, "timing/heap_mb": 10 };
  deepStrictEqual(look(), memory);
  time += 999;
  deepStrictEqual(look(), {});
  // Two seconds since the beginning, three of two cores spent in them, one of these by the system.
  [time, user, rss, system] = [2500, 2_100_000, 90e6, 1_020_000];
  deepStrictEqual(look(), {
    ...{ "timing/process_memory_mb": 90, "timing/heap_mb": 10, "timing/processor_cores": 1.5 },
  });
  [time, user] = [3500, 2_350_000];
  deepStrictEqual(look()["timing/processor_cores"], 0.25);
});

Deno.test("this process tells of itself; a page has none and tells nothing", () => {
  const told = usageMeter()();
  for (const name in told) ok(ownTimings.has(name), name);
  ok(told["timing/process_memory_mb"] > told["timing/heap_mb"] && told["timing/heap_mb"] > 1);
  deepStrictEqual(usageMeter({} as UsedProcess)(), {});
});
