/**
 * Programs beside Deno that tests start.
 *
 * @module
 */

/** Whether the machine has a program. */
export function hasProgram(name: string): boolean {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  return folders.some((folder) => {
    try {
      return Deno.statSync(`${folder}/${name}`).isFile;
    } catch {
      return false;
    }
  });
}

/** True where tests of a program are left out: without it, though never in CI. */
export function lacks(name: string): boolean {
  return !Deno.env.get("CI") && !hasProgram(name);
}

/** What starts the Node that the package is for, whichever the machine has: npx brings it. */
export const node = ["npx", "-y", "node@22.23.3"] as const;
