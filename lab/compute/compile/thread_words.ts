/**
 * The words by which the caller of compiled programs and its threads agree on what runs next. They
 * lie in the first 64 bytes of the arena; every number here is an index into int32 words.
 *
 * @module
 */

/**
 * The call: its number times 256 plus how many threads have joined it, or plus
 * {@linkcode withdrawn}. All threads join before any of them begins, so that one which sleeps,
 * waits for a core or has died keeps nobody: the caller withdraws and computes alone.
 */
export const call = 4;
/** What the call is for: a program's index, {@linkcode leave} or {@linkcode quit}. */
export const program = 5;
/** Programs that have been handed to the threads. */
export const handed = 6;
/** Programs that threads have taken up, all threads' together. */
export const taken = 7;
/** Threads that sleep at a barrier. */
export const sleepers = 8;
/** Threads that look at these words; the others wait for messages. */
export const listening = 9;

/** In place of the number of threads that have joined. */
export const withdrawn = 255;
/** A program that sends the threads back to their event loops, as a message is waiting. */
export const leave = -1;
/** A program that ends the threads. */
export const quit = -2;

/**
 * Looks at a word before a thread sleeps: 15 to 40 microseconds at a cycle or two each, about what
 * waking takes: the one that it waits for may need its core. With fewer, threads sleep at barriers
 * between uneven shares on a fast processor.
 */
export const spins = 60_000;

/**
 * Waits until a word is no longer `seen`, for a moment awake, then asleep; returns the word, `seen`
 * where that took longer than `milliseconds`.
 */
export function changed(
  words: Int32Array,
  index: number,
  seen: number,
  milliseconds: number,
): number {
  for (let i = 0; i < spins; i++) {
    const word = Atomics.load(words, index);
    if (word !== seen) return word;
  }
  Atomics.wait(words, index, seen, milliseconds);
  return Atomics.load(words, index);
}
