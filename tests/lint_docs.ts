/**
 * The documentation lint of the public module: `deno doc --lint mod.ts`, but for references to types
 * whose documentation stands elsewhere: in their packages, and in `blocks.ts`.
 *
 * @module
 */
const elsewhere = ["ZodType", "Tensor", "Tensors", "Workspace"];

const { stderr, success } = await new Deno.Command("deno", {
  args: ["doc", "--lint", "mod.ts"],
  env: { NO_COLOR: "1" },
}).output();
const report = new TextDecoder().decode(stderr).split(/^(?=error)/m);
const isCount = (part: string) => /^error: Found \d+ documentation lint error/.test(part);
const faults = report.filter((part) => {
  const type = /^error\[private-type-ref\].* references private type '(\w+)'/.exec(part)?.[1];
  return !isCount(part) && (type === undefined || !elsewhere.includes(type));
});
// It counts what it found, unless that is nothing, or it broke.
const isWhole = success || report.some(isCount);
if (!isWhole || faults.some((part) => part.startsWith("error"))) {
  console.error(faults.join("\n"));
  Deno.exit(1);
}
