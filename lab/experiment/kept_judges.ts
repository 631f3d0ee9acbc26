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
 * @param options.keep What keeps another one; left out: nothing does.
 * @param options.trains Hears of each iteration of one that is trained.
 */
export function keptJudges(
  folder: string | undefined,
  options: Partial<Pick<KeptJudges, "keep" | "trains">> = {},
): KeptJudges {
  const { keep, trains } = options;
  if (folder === undefined) return { trains };
  return {
    read: (name) => Deno.readFile(`${folder}/${name}`).catch(() => undefined),
    keep,
    trains,
  };
}
