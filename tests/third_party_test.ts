/** THIRD_PARTY.md names every file that says whose work it follows, and no file that is gone. */
import { deepStrictEqual, ok } from "node:assert";

const root = new URL("../", import.meta.url);
const notices = Deno.readTextFileSync(new URL("THIRD_PARTY.md", root));

/** What a file's comments say where it is a port, or has another's coefficients or tables. */
const follows =
  /\bport of\b|bit for bit (that of|as) NumPy|as NumPy (has|does)|fdlibm|Cephes|SVML/i;

function sources(folder: string): string[] {
  return [...Deno.readDirSync(new URL(folder, root))].flatMap(({ name, isDirectory }) => {
    const path = `${folder}${name}`;
    if (isDirectory) return sources(`${path}/`);
    return path.endsWith(".ts") ? [path] : [];
  });
}

Deno.test("every file that follows another's work has its notice", () => {
  const following = ["lab/", "envs/", "agents/", "models/"].flatMap(sources).filter((path) => {
    const [comment = ""] = /^\/\*\*[^]*?\*\//.exec(Deno.readTextFileSync(new URL(path, root))) ??
      [];
    return follows.test(comment);
  });
  ok(following.length > 10);
  deepStrictEqual(following.filter((path) => !notices.includes(`\`${path}\``)), []);
});

Deno.test("the notices name files that are there", () => {
  const named = [...notices.matchAll(/`((?:envs|lab|tests)\/[^`]+)`/g)].map(([, path]) => path);
  ok(named.length > 20);
  for (const path of named) ok(Deno.statSync(new URL(path, root)), path);
});
