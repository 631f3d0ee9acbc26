/**
 * Mistakes that a tired engineer might make in a text of code: an operator, a constant, a condition,
 * an argument, a call or a field that is left out.
 *
 * @module
 */
import ts from "typescript";

/** One of them: the text from `start` to `end` becomes `to`. */
export interface Mistake {
  /** In a word or two. */
  readonly kind: string;
  readonly start: number;
  readonly end: number;
  readonly to: string;
}

const operators: Readonly<Record<string, string>> = {
  ...{ "+": "-", "-": "+", "*": "/", "/": "*", "&&": "||", "||": "&&" },
  ...{ "<": "<=", "<=": "<", ">": ">=", ">=": ">", "===": "!==", "!==": "===" },
};
const methods: Readonly<Record<string, string>> = {
  ...{ min: "max", max: "min", floor: "ceil", ceil: "floor" },
  ...{ push: "unshift", some: "every", every: "some" },
};

/**
 * All mistakes in a module, in the order of its text; none in types, imports and what is thrown.
 *
 * @param isPage Whether it holds elements of a page (`.tsx`).
 */
export function mistakesIn(code: string, isPage = false): Mistake[] {
  const kind = isPage ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const source = ts.createSourceFile("module", code, ts.ScriptTarget.Latest, true, kind);
  return [...within(source, source)].sort((a, b) => a.start - b.start);
}

function* within(node: ts.Node, source: ts.SourceFile): Generator<Mistake> {
  const isNone = ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) || ts.isImportDeclaration(node) || ts.isThrowStatement(node);
  if (isNone) return;
  yield* at(node, source);
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => void children.push(child));
  for (const child of children) yield* within(child, source);
}

function* at(node: ts.Node, source: ts.SourceFile): Generator<Mistake> {
  const text = (of: ts.Node) => of.getText(source);
  const change = (kind: string, of: ts.Node, to: string, end = of.getEnd()): Mistake => ({
    ...{ kind, start: of.getStart(source), end, to },
  });
  if (ts.isExpressionStatement(node) && ts.isBlock(node.parent)) {
    yield change("statement left out", node, "");
  }
  if (ts.isBinaryExpression(node)) {
    const operator = text(node.operatorToken);
    if (operator in operators) yield change("operator", node.operatorToken, operators[operator]);
    if (operator === "??") yield change("always the default", node, text(node.right));
  }
  if (ts.isNumericLiteral(node)) {
    const value = Number(node.text);
    yield change("number", node, String(Number.isInteger(value) ? value + 1 : 2 * value));
  }
  if (ts.isIfStatement(node)) {
    yield change("condition", node.expression, `!(${text(node.expression)})`);
  }
  if (ts.isConditionalExpression(node)) {
    yield change("always the one", node, text(node.whenTrue));
    yield change("always the other", node, text(node.whenFalse));
  }
  if (ts.isCallExpression(node)) {
    const [first, second] = node.arguments;
    const isSimple = (of?: ts.Node) =>
      of !== undefined && (ts.isIdentifier(of) || ts.isPropertyAccessExpression(of));
    if (isSimple(first) && isSimple(second)) {
      yield change("arguments", first, `${text(second)}, ${text(first)}`, second.getEnd());
    }
    const isValue = !ts.isExpressionStatement(node.parent) && !ts.isNewExpression(node);
    if (node.arguments.length === 1 && ts.isIdentifier(first) && isValue) {
      yield change("call left out", node, text(first));
    }
  }
  const isField = ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node) ||
    ts.isSpreadAssignment(node);
  if (isField && node.parent.properties.length > 2) {
    const end = node.getEnd();
    yield change("field left out", node, "", end + (source.text[end] === "," ? 1 : 0));
  }
  if (node.kind === ts.SyntaxKind.TrueKeyword) yield change("truth", node, "false");
  if (node.kind === ts.SyntaxKind.FalseKeyword) yield change("truth", node, "true");
  if (ts.isPropertyAccessExpression(node) && Object.hasOwn(methods, node.name.text)) {
    yield change("method", node.name, methods[node.name.text]);
  }
}
