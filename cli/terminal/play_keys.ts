/**
 * The keys that a terminal sends.
 *
 * @module
 */

const arrows: Readonly<Record<string, string>> = { A: "up", B: "down", C: "right", D: "left" };

/**
 * The keys in what a terminal sent: `left`, `space`, `enter`, `escape`, `interrupt` (Ctrl-C) or the
 * character itself, in lower case.
 */
export function keysOf(text: string): string[] {
  // deno-lint-ignore no-control-regex
  const keys = text.match(/\x1b[[O][0-9;]*[~A-Za-z]|[\s\S]/gu) ?? [];
  return keys.map((key) => {
    if (key === "\x1b") return "escape";
    if (key.startsWith("\x1b")) return arrows[key.at(-1)!] ?? "unknown";
    const named: Record<string, string> = {
      " ": "space",
      "\r": "enter",
      "\n": "enter",
      "\x03": "interrupt",
      "\x04": "interrupt",
    };
    return named[key] ?? key.toLowerCase();
  });
}
