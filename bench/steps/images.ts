/** What the convolutional steps share. @module */

/** Side of an image, in pixels. */
export const side = 28;
