/**
 * Where the lab's packages lie.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

/** The folder that holds the packages that the lab imports, with a slash at its end. */
export function packagesFolder(): string {
  const zod = fileURLToPath(import.meta.resolve("zod"));
  const below = "node_modules/";
  return zod.slice(0, zod.indexOf(below) + below.length);
}
