/** The gate of a submission, `.ci/run`, with parts that end as they are told. */
import { deepStrictEqual } from "node:assert";

/** Ends with the status that the variable of its part has, or 0. */
const npx = `#!/bin/sh
case "$*" in
  *" task test") test -z "$COUNTS" || echo "$COUNTS"; exit $TEST ;;
  *" task check") exit $CHECK ;;
  *" task docs:results --verify 3") exit $EVIDENCE ;;
  *" install --frozen --quiet") exit $INSTALL ;;
  *) exit 9 ;;
esac
`;

async function gate(variables: Record<string, string>): Promise<[number, ...string[]]> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/.ci`);
    await Deno.copyFile(new URL("../.ci/run", import.meta.url), `${folder}/.ci/run`);
    await Deno.writeTextFile(`${folder}/npx`, npx, { mode: 0o755 });
    const ended = { TEST: "0", CHECK: "0", EVIDENCE: "0", INSTALL: "0" };
    const { code, stdout } = await new Deno.Command("bash", {
      args: [`${folder}/.ci/run`],
      env: { ...ended, ...variables, PATH: `${folder}:${Deno.env.get("PATH")}` },
    }).output();
    return [code, ...new TextDecoder().decode(stdout).trimEnd().split("\n")];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the gate's last line counts what failed, in whichever part", async () => {
  const COUNTS = "7 passed, 0 failed";
  deepStrictEqual(await gate({ COUNTS }), [0, COUNTS, COUNTS]);
  const [red, twice] = ["7 passed, 2 failed", "7 passed, 4 failed"];
  deepStrictEqual(await gate({ COUNTS: red, TEST: "1" }), [1, red, red]);
  deepStrictEqual(await gate({ COUNTS: red, TEST: "1", CHECK: "1", EVIDENCE: "1" }), [
    ...[1, red, "Failed: deno task docs:results --verify 3", "Failed: deno task check", twice],
  ]);
  const skipped = `${COUNTS}, 3 skipped`;
  const one = "7 passed, 1 failed";
  deepStrictEqual(await gate({ COUNTS: skipped, TEST: "1" }), [
    ...[1, skipped, "Failed: deno task test", one],
  ]);
  deepStrictEqual(await gate({ COUNTS, CHECK: "1" }), [1, COUNTS, "Failed: deno task check", one]);
  deepStrictEqual(await gate({ COUNTS: "", TEST: "124", INSTALL: "1" }), [
    ...[1, "Failed: deno install --frozen", "Failed: deno task test", "0 passed, 2 failed"],
  ]);
});
