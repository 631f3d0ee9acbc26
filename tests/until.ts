/**
 * Waits until something is so.
 *
 * @throws where it takes minutes.
 */
export async function until(
  holds: () => boolean | Promise<boolean>,
  seconds = 120,
): Promise<void> {
  const start = performance.now();
  while (!await holds()) {
    const waited = performance.now() - start;
    if (waited > 1000 * seconds) throw new Error(`not within ${seconds} s: ${holds}`);
    // What takes long is asked for less often.
    await new Promise((next) => setTimeout(next, Math.min(100, 1 + waited / 10)));
  }
}
