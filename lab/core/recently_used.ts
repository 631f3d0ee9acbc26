/**
 * A small cache in memory.
 *
 * @module
 */

/** The values last asked for, by key. */
export class RecentlyUsed<Value> {
  readonly #values = new Map<string, Value>();

  /** Keeps at most `most` values. */
  constructor(private readonly most: number) {}

  get(key: string): Value | undefined {
    const value = this.#values.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }

  set(key: string, value: Value): void {
    this.#values.delete(key);
    this.#values.set(key, value);
    if (this.#values.size > this.most) this.#values.delete(this.#values.keys().next().value!);
  }

  delete(key: string): void {
    this.#values.delete(key);
  }

  clear(): void {
    this.#values.clear();
  }
}
