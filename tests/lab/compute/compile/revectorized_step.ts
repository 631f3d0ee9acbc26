/**
 * Prints what a step leaves on one and on two threads, once the engine has optimized its code, which
 * is to be paired where the argument is "paired".
 */
import { left } from "./threaded_step.ts";

for (const threads of [1, 2]) {
  const { values } = await left(threads, 200, { revectorized: Deno.args[0] === "paired" });
  let sum = 0;
  for (const bits of values.flatMap((value) => [...value])) sum = (Math.imul(sum, 31) + bits) | 0;
  console.log(threads, values.length, sum);
}
