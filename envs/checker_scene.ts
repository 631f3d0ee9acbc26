/**
 * What is asked of a drawing: what `lab/core/scene.ts` says, field by field.
 *
 * @module
 */
import type { Environment } from "../lab/core/environment.ts";
import { checkNames, InputError, unknownName } from "../lab/core/errors.ts";
import { firstNotJson, isRecord, show } from "../lab/core/plain.ts";
import { isColor, type Scene, type Shape } from "../lab/core/scene.ts";

/** What a field must be, in words, and whether a value is. */
type Rule = readonly [wanted: string, holds: (value: unknown) => boolean];
type Rules<Fields> = { readonly [Name in keyof Fields]-?: Rule };

const isPoint = (value: unknown) =>
  Array.isArray(value) && value.length === 2 && value.every(Number.isFinite);
const list = (holds: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(holds);

const color: Rule = ["a colour #rrggbb", isColor];
const length: Rule = ["a number ≥ 0", (value) => Number.isFinite(value) && (value as number) >= 0];
const point: Rule = ["a point [x, y]", isPoint];
const points: Rule = ["a list of points [x, y]", list(isPoint)];
const text: Rule = ["a text", (value) => typeof value === "string"];

/** The fields of a drawing. */
const whole: Rules<Scene> = {
  view: [
    "[left, bottom, right, top] with left < right and bottom < top",
    (value) => {
      if (!list(Number.isFinite)(value)) return false;
      const [left, bottom, right, top, ...rest] = value as number[];
      return left < right && bottom < top && rest.length === 0;
    },
  ],
  background: color,
  shapes: ["a list of shapes", list(isRecord)],
};

/** The fields of each kind of shape. */
const kinds: { readonly [Kind in Shape["kind"]]: Rules<Extract<Shape, { kind: Kind }>> } = {
  line: { kind: text, points, color, width: length },
  polygon: { kind: text, points, fill: color },
  circle: { kind: text, center: point, radius: length, fill: color },
  text: { kind: text, at: point, text, size: length, color },
};

/** @throws InputError where a field is missing, wrong or none of those that are drawn. */
function checkRules(what: string, given: object, rules: Readonly<Record<string, Rule>>): void {
  checkNames(`draw ${what}`, "field", given, Object.keys(rules));
  for (const [name, [wanted, holds]] of Object.entries(rules)) {
    const value = (given as Record<string, unknown>)[name];
    if (holds(value)) continue;
    throw new InputError(`Cannot draw ${what} as its ${name} must be ${wanted}: ${show(value)}`);
  }
}

/** What of a drawing is not as it is drawn first, in a line; undefined where nothing is. */
export function sceneFault(scene: unknown): string | undefined {
  const notJson = firstNotJson(scene, "scene");
  if (notJson !== undefined) return notJson;
  try {
    if (!isRecord(scene)) {
      throw new InputError(`Cannot draw the scene as it must be an object: ${show(scene)}`);
    }
    checkRules("the scene", scene, whole);
    for (const [i, shape] of (scene as unknown as Scene).shapes.entries()) {
      const { kind } = shape;
      if (!Object.hasOwn(kinds, kind)) {
        throw unknownName(`draw shape ${i}`, "kind", String(kind), Object.keys(kinds));
      }
      checkRules(`shape ${i}, a ${kind},`, shape, kinds[kind]);
    }
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return undefined;
}

/**
 * What a world draws; undefined: it does not.
 *
 * @throws InputError where that cannot be drawn, as what a user's world gives.
 */
export function drawingOf(world: Pick<Environment, "scene">): Scene | undefined {
  if (world.scene === undefined) return undefined;
  const scene = world.scene();
  const fault = sceneFault(scene);
  if (fault !== undefined) throw new InputError(fault);
  return scene;
}
