/**
 * Ids of environments: a name and a version.
 *
 * @module
 */
import { InputError, unknownName } from "./errors.ts";

function versionOf(id: string): { name: string; version: number } | undefined {
  const parts = /^(.+)-v(\d+)$/.exec(id);
  return parts === null ? undefined : { name: parts[1], version: Number(parts[2]) };
}

/**
 * The error for an id that is not known: of an outdated version the current one, else the nearest
 * ids.
 *
 * @param action What cannot be had, as in "Cannot <action> as …".
 * @param known All ids.
 */
export function unknownEnvironment(
  action: string,
  id: string,
  known: readonly string[],
): InputError {
  const asked = versionOf(id);
  const [current] = known
    .filter((candidate) => asked !== undefined && versionOf(candidate)?.name === asked.name)
    .sort((a, b) => versionOf(b)!.version - versionOf(a)!.version);
  if (current !== undefined && asked!.version < versionOf(current)!.version) {
    return new InputError(
      `Cannot ${action} as ${id} is outdated and not part of this lab: ${current} is current`,
    );
  }
  return unknownName(action, "environment", id, known, "list worlds");
}

/**
 * The id that a person means: `cartpole` is `CartPole-v1`. Of several versions the newest; what no
 * environment is called stays as it is.
 */
export function environmentCalled(name: string, known: readonly string[]): string {
  if (known.includes(name)) return name;
  const plain = (id: string) => (versionOf(id)?.name ?? id).toLowerCase();
  const [newest = name] = known
    .filter((id) => plain(id) === name.toLowerCase())
    .sort((a, b) => versionOf(b)!.version - versionOf(a)!.version);
  return newest;
}
