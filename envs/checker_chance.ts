/**
 * What a world asks that no seed determines: chance of the engine's own, and clocks.
 *
 * @module
 */
import type { Environment } from "../lab/core/environment.ts";

/** Calls of a world by which its episodes come about. */
const deciding: readonly (string | symbol)[] = ["reset", "step", "stepInto", "actionMask"];

/** Functions that give other values in each run. */
const sources = [
  ["Math", Math, "random"],
  ["Date", Date, "now"],
  ["performance", performance, "now"],
  ["crypto", crypto, "getRandomValues"],
  ["crypto", crypto, "randomUUID"],
] as const;

/**
 * Looks at an environment while what it asks beside its generator is noted.
 *
 * @param look Is given the environment to look at: of what asks another object nothing is noted.
 * @returns What `look` returned, and what was asked, as it is called: `step calls Math.random`.
 */
export function askedBeside<Seen>(
  env: Environment,
  look: (env: Environment) => Seen,
): { readonly seen: Seen; readonly asked: string[] } {
  const asked = new Set<string>();
  let call: string | undefined;
  const note = (name: string) => {
    if (call !== undefined) asked.add(`${call} calls ${name}`);
  };
  // Of an empty object: a frozen environment would let no method be another one.
  const noting = new Proxy({} as Environment, {
    get(_, key) {
      const value = Reflect.get(env, key, env);
      if (typeof value !== "function") return value;
      if (!deciding.includes(key)) return value.bind(env);
      return (...given: unknown[]) => {
        call = String(key);
        try {
          return value.apply(env, given);
        } finally {
          call = undefined;
        }
      };
    },
  });
  const restored = sources.map(([holder, object, name]) =>
    replaced(
      object,
      name,
      (original: (...given: unknown[]) => unknown) =>
        function (...given: unknown[]) {
          note(`${holder}.${name}`);
          return original.apply(object, given);
        },
    )
  );
  restored.push(replaced(globalThis, "Date", (original: DateConstructor) =>
    new Proxy(original, {
      construct(target, given, made) {
        if (given.length === 0) note("new Date()");
        return Reflect.construct(target, given, made);
      },
      apply(target) {
        note("Date()");
        return target();
      },
    })));
  try {
    const seen = look(noting);
    return { seen, asked: [...asked] };
  } finally {
    for (const restore of restored) restore();
  }
}

/** Puts something else in the place of an object's property; returns what takes it back. */
function replaced<Value>(
  object: object,
  name: string,
  by: (original: Value) => Value,
): () => void {
  const own = Object.getOwnPropertyDescriptor(object, name);
  const value = by(Reflect.get(object, name) as Value);
  Object.defineProperty(object, name, { value, configurable: true, writable: true });
  return () => {
    if (own === undefined) Reflect.deleteProperty(object, name);
    else Object.defineProperty(object, name, own);
  };
}
