/**
 * Finds promises that nobody waits for: statements whose value is a promise that is neither awaited,
 * nor handled (`.catch(…)`, `.then(…, …)`), nor marked by `void`. Deno's linter sees no types, so
 * TypeScript's own checker is asked.
 *
 * @module
 */
import ts from "typescript";

const root = new URL("../", import.meta.url).pathname;

async function output(command: string, args: readonly string[]): Promise<string> {
  const { stdout } = await new Deno.Command(command, { args: [...args], cwd: root }).output();
  return new TextDecoder().decode(stdout);
}

function isThenable(type: ts.Type): boolean {
  return type.isUnion() ? type.types.some(isThenable) : type.getProperty("then") !== undefined;
}

/** `….catch(handler)` and `….then(handler, handler)`. */
function isHandled(expression: ts.Expression): boolean {
  if (!ts.isCallExpression(expression)) return false;
  const { expression: callee, arguments: handlers } = expression;
  if (!ts.isPropertyAccessExpression(callee)) return false;
  return callee.name.text === "catch" && handlers.length === 1 ||
    callee.name.text === "then" && handlers.length === 2;
}

/** Its value is dropped: a call, and not an assignment. */
function isDropped({ expression }: ts.ExpressionStatement): boolean {
  return ts.isCallExpression(expression) || ts.isNewExpression(expression) ||
    ts.isConditionalExpression(expression) || ts.isIdentifier(expression) ||
    ts.isPropertyAccessExpression(expression);
}

/** Where in a file promises are dropped, as `path:line text`. */
function* droppedPromises(file: ts.SourceFile, checker: ts.TypeChecker): Generator<string> {
  const open: ts.Node[] = [file];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    ts.forEachChild(node, (child) => void open.push(child));
    if (!ts.isExpressionStatement(node) || !isDropped(node)) continue;
    if (isHandled(node.expression) || !isThenable(checker.getTypeAtLocation(node.expression))) {
      continue;
    }
    const { line } = file.getLineAndCharacterOfPosition(node.getStart());
    const [text] = node.getText().split("\n");
    yield `${file.fileName.slice(root.length)}:${line + 1}  ${text}`;
  }
}

const declarations = `${await Deno.makeTempDir()}/deno.d.ts`;
await Deno.writeTextFile(declarations, await output("deno", ["types"]));
const listed = await output("git", ["ls-files", "--cached", "--others", "--exclude-standard"]);
const files = listed.split("\n").filter((path) => /\.tsx?$/.test(path)).map((path) => root + path);
const program = ts.createProgram([declarations, ...files], {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ["lib.esnext.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
  types: [],
  paths: {
    reverie: [`${root}mod.ts`],
    "reverie/blocks": [`${root}blocks.ts`],
    "reverie/page": [`${root}page.ts`],
  },
  jsx: ts.JsxEmit.ReactJSX,
  jsxImportSource: "preact",
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  resolveJsonModule: true,
});
await Deno.remove(declarations);
const checker = program.getTypeChecker();
const own = new Set(files);
const dropped = program.getSourceFiles().filter(({ fileName }) => own.has(fileName))
  .flatMap((file) => [...droppedPromises(file, checker)]);
if (dropped.length > 0) {
  console.error(`Promises that nobody waits for (await them, or say void):\n${dropped.join("\n")}`);
  Deno.exit(1);
}
