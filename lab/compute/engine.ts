/**
 * What this thread was told of V8: a program cannot ask it.
 *
 * @module
 */
let wide = false;

/** Whether V8 re-vectorises WebAssembly, as far as this thread knows. */
export function revectorizesHere(): boolean {
  return wide;
}

/** Says whether V8 re-vectorises WebAssembly, for the workspaces that this thread opens from now on. */
export function tellOfEngine({ revectorizes }: { readonly revectorizes: boolean }): void {
  wide = revectorizes;
}
