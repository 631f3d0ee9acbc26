/**
 * Workers for code that may be a user's own, or one of its libraries'.
 *
 * @module
 */

/**
 * A worker that has the process's permissions, but starts no program, has no net and
 * writes nowhere save below `writes`. Workers that it starts have no more.
 */
export function foreignWorker(module: URL, name: string, writes: readonly string[] = []): Worker {
  const given = { read: "inherit", env: "inherit", net: false, sys: "inherit" } as const;
  return new Worker(module, {
    type: "module",
    name,
    deno: {
      permissions: {
        ...given,
        import: "inherit",
        ffi: "inherit", // of `experiment:native`: one library
        run: false,
        write: writes.length > 0 ? [...writes] : false,
      },
    },
  });
}
