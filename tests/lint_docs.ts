/**
 * The documentation lint of the public module: `deno doc --lint mod.ts`, but for references to types
 * whose documentation stands elsewhere: in their packages, and in `blocks.ts`.
 *
 * @module
 */
const elsewhere = ["ZodType", "Tensor", "Tensors", "Workspace"];

const { stderr } = await new Deno.Command("deno", {
  args: ["doc", "--lint", "mod.ts"],
  env: { NO_COLOR: "1" },
}).output();
const report = new TextDecoder().decode(stderr).split(/^(?=error)/m);
const faults = report.filter((part) => {
  const type = /^error\[private-type-ref\].* references private type '(\w+)'/.exec(part)?.[1];
  const isCount = /^error: Found \d+ documentation lint error/.test(part);
  return !isCount && (type === undefined || !elsewhere.includes(type));
});
if (faults.some((part) => part.startsWith("error"))) {
  console.error(faults.join("\n"));
  Deno.exit(1);
}
