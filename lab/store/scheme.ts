/**
 * What kind of store a location names. Pages read it too: it loads nothing.
 *
 * @module
 */

/** What a location begins with, as `sqlite`, in small letters; undefined of a plain path. */
export function schemeOf(location: string): string | undefined {
  return /^([a-z][a-z0-9+.-]+):/i.exec(location)?.[1].toLowerCase();
}

/** Whether a location names a PostgreSQL database. */
export function isPostgres(location: string | undefined): location is string {
  return location !== undefined && ["postgres", "postgresql"].includes(schemeOf(location) ?? "");
}
