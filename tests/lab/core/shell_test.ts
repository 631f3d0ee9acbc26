/** Text as a POSIX shell takes it; what a word means is asked of a reading of the standard's quotes. */
import { deepStrictEqual, strictEqual } from "node:assert";
import { quoted, settingText, settingWords, shellWord } from "../../../lab/core/shell.ts";

/** What a shell reads: between single quotes all stands for itself, outside \ frees one character. */
function readByShell(line: string): string {
  let text = "";
  for (let i = 0; i < line.length; i++) {
    if (line[i] === "\\") text += line[++i];
    else if (line[i] === "'") {
      const end = line.indexOf("'", i + 1);
      text += line.slice(i + 1, end);
      i = end;
    } else text += line[i];
  }
  return text;
}

Deno.test("a word in quotes is what it was, whatever is in it", () => {
  strictEqual(quoted("a b"), "'a b'");
  strictEqual(quoted("it's 'so'"), String.raw`'it'\''s '\''so'\'''`);
  for (const text of ["", "'", "''", "a\\b", "$HOME `x`", 'say "no"', "a'b'c d"]) {
    strictEqual(readByShell(quoted(text)), text);
  }
});

Deno.test("a word that means nothing to the shell stands as it is, any other in quotes", () => {
  for (const plain of ["agent.gamma=0.99", "a/b-c_d", "x@y:1,2+3%", "größe", "1e-4"]) {
    strictEqual(shellWord(plain), plain);
  }
  for (const text of ["", "a b", "a;b", "a>b", "~", "[64,64]", "$x", "a\nb", "a*", "#"]) {
    strictEqual(shellWord(text), `'${text}'`);
  }
});

Deno.test("settings are words of a command line: text as it stands, others as JSON", () => {
  deepStrictEqual(
    ["tanh", 0.5, true, null, [64, 64], { a: "b" }].map((each) => settingText(each)),
    [
      "tanh",
      "0.5",
      "true",
      "null",
      "[64,64]",
      '{"a":"b"}',
    ],
  );
  deepStrictEqual(
    settingWords([["agent.hidden", [64, 64]], ["name", "two words"], ["my field", 1]]),
    ["--set agent.hidden='[64,64]'", "--set name='two words'", "--set 'my field'=1"],
  );
});
