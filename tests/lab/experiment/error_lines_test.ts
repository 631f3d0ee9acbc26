import { match } from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { whyUnreadable } from "../../../lab/experiment/error_lines.ts";

Deno.test("why a file cannot be read is said in words, none of the system's", () => {
  const folder = Deno.makeTempDirSync();
  const at = (name: string) => join(folder, name);
  mkdirSync(at("folder"));
  writeFileSync(at("file"), "");
  const reasonOf = (act: () => unknown): string => {
    try {
      act();
    } catch (error) {
      return whyUnreadable(error);
    }
    return "read";
  };
  try {
    match(reasonOf(() => readFileSync(at("none"))), /^it is not there$/);
    match(reasonOf(() => readFileSync(at("folder"))), /^it is a folder$/);
    match(reasonOf(() => readdirSync(at("file"))), /^it is no folder$/);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
  match(
    whyUnreadable(new Deno.errors.NotCapable("Requires read")),
    /only its own folder, \/tmp and/,
  );
  match(whyUnreadable(new Error("the disk\nturns")), /^the disk$/);
});
