/**
 * Runs in formats that other tools read. Weights go out through `lab/core/safetensors.ts`.
 *
 * @module
 */
export { csvColumns, csvParts } from "./csv.ts";
export type { ExportedRun } from "./exported_run.ts";
export { jsonParts } from "./json.ts";
export {
  type ExportedPicture,
  maskedChecksum,
  type StepAxis,
  tensorboardFileName,
  tensorboardParts,
} from "./tensorboard.ts";
