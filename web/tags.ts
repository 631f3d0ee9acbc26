/**
 * The tags that pages give a meaning.
 *
 * @module
 */

/** Of runs worth another look, and of those that the table leaves out. */
export const [STARRED, ARCHIVED] = ["starred", "archived"];
