/** A share of what `deno task test:fuzz` takes whole. */
import { ok } from "node:assert";
import { typedLines } from "./command_lines.ts";
import { loaders, refusals } from "./mutations.ts";

for (const loader of loaders) {
  Deno.test(`mutated bytes are read or refused in one line: ${loader.name}`, async () => {
    ok(await refusals(loader, 3, 250) > 50);
  });
}

Deno.test("whatever is typed ends with a code and no stack", async () => {
  const codes = await typedLines(5, 40);
  ok(codes.get(2)! >= 10);
});
