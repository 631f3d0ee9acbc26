/**
 * Judges that runs trained before, in a folder of their store.
 *
 * @module
 */
import type { KeptJudges } from "../compute/definitions.ts";

/**
 * The judges of a folder.
 *
 * @param folder Undefined: none are kept.
 * @param keep What keeps another one; left out: nothing does.
 */
export function keptJudges(
  folder: string | undefined,
  keep: KeptJudges["keep"] = () => {},
): KeptJudges | undefined {
  if (folder === undefined) return undefined;
  return { read: (name) => Deno.readFile(`${folder}/${name}`).catch(() => undefined), keep };
}
