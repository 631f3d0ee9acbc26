/**
 * What is said where a user's file is waited for.
 *
 * @module
 */

/** Seconds after which it is said. */
const PATIENCE = 5;

/** Says, once, that a file is waited for, where it takes long until what is returned is disposed. */
export function whileWaiting(file: string, say: (line: string) => void): Disposable {
  const timer = setTimeout(
    () => say(`Waiting for ${file}: its code takes long, or does not end (Ctrl-C ends this)`),
    1000 * PATIENCE,
  );
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}
