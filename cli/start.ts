/**
 * The package's program: starts the command line in a Deno with the flags that it needs, and with V8's
 * where this Deno knows it, as no program can set its own. In the checkout tasks do so.
 *
 * @module
 */
import process from "node:process";
import { fileURLToPath } from "node:url";
import { REVECTORIZE } from "../lab/experiment/engine_flags.ts";
import { DENO_FLAGS } from "./deno_flags.ts";

/** What is set where this Deno does not know the flag, which would end it: a flag that is set anyway. */
const NO_FLAG = "--turbofan";

// Node starts it where a person does.
if (!("Deno" in globalThis)) {
  console.error(
    "error: Cannot start as the command line needs Deno 2.9: " +
      "npx -y deno@2.9.6 run -A node_modules/.bin/reverie",
  );
  process.exit(2);
}

const deno = (args: readonly string[], options: Deno.CommandOptions) =>
  new Deno.Command(Deno.execPath(), { ...options, args: [...args] });

const probe = ["eval", "--no-config", `--v8-flags=${REVECTORIZE}`, "0"];
const isKnown = (await deno(probe, { stdout: "null", stderr: "null" }).output()).success;
const flags = isKnown ? REVECTORIZE : NO_FLAG;
const started = ["run", "--allow-all", "--no-prompt", ...DENO_FLAGS, `--v8-flags=${flags}`];
const program = fileURLToPath(new URL("./main.ts", import.meta.url));
const child = deno([...started, program, ...Deno.args], { env: { REVERIE_V8_FLAGS: flags } })
  .spawn();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  Deno.addSignalListener(signal, () => child.kill(signal));
}
const { code } = await child.status;
Deno.exit(code);
