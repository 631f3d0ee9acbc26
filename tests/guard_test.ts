import { strictEqual } from "node:assert";
import { sizeOfFile } from "../lab/store/files.ts";
import { until } from "./until.ts";

Deno.test("what a killed test has left is cleared away", async () => {
  const folder = await Deno.makeTempDir();
  const code = `
    import { Guard } from "${new URL("./guard.ts", import.meta.url)}";
    const other = new Guard('rm "$1/kept"', ${JSON.stringify(folder)});
    const guard = new Guard('rm "$1/left"; mv "$1/open" "$1/cleared"', ${JSON.stringify(folder)});
    await other[Symbol.asyncDispose]();
    console.log("ready");
    await new Promise((next) => setTimeout(next, 60_000));
  `;
  for (const name of ["kept", "left", "open"]) await Deno.writeTextFile(`${folder}/${name}`, "");
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", code],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  child.kill("SIGKILL");
  await child.status;
  await reader.cancel();
  const isThere = (name: string) => sizeOfFile(`${folder}/${name}`) !== undefined;
  await until(() => isThere("cleared"));
  strictEqual(isThere("left"), false);
  strictEqual(isThere("kept"), true);
  await Deno.remove(folder, { recursive: true });
});
