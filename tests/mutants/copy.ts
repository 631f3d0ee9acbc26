/**
 * A copy of the project to be broken, and whether its tests notice.
 *
 * @module
 */

/** A copy of what git knows and does not ignore, with its packages. */
export async function copyOf(folder: string): Promise<string> {
  const copy = await Deno.makeTempDir({ prefix: "mutants_" });
  for (const path of await filesOf(folder)) {
    await Deno.mkdir(`${copy}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.copyFile(`${folder}/${path}`, `${copy}/${path}`);
  }
  await new Deno.Command("deno", { args: ["install", "--frozen"], cwd: copy }).output();
  return copy;
}

/** What git knows and does not ignore, from the project's root. */
export async function filesOf(folder: string): Promise<string[]> {
  const { stdout } = await new Deno.Command("git", {
    args: ["ls-files", "--cached", "--others", "--exclude-standard"],
    cwd: folder,
  }).output();
  return new TextDecoder().decode(stdout).trim().split("\n");
}

/**
 * Whether a test file passes; one that hangs does not.
 *
 * @param patience Seconds after which it hangs.
 */
export async function passes(folder: string, test: string, patience: number): Promise<boolean> {
  const { success } = await new Deno.Command("deno", {
    args: [
      ...["test", "--no-check", "--quiet", "--fail-fast", "--allow-all"],
      ...["--preload=tests/properties.ts", test],
    ],
    cwd: folder,
    stdout: "null",
    stderr: "null",
    signal: AbortSignal.timeout(1000 * patience),
  }).output();
  return success;
}
