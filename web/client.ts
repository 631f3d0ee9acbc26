/**
 * The browser's entry: takes over every island of the page, and what stands around them.
 *
 * @module
 */
import { takeOver } from "./take_over.ts";

takeOver();
