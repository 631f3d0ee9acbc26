/**
 * Loaded before the tests: property tests draw the same cases in every run of them.
 *
 * @module
 */
import fc from "fast-check";

fc.configureGlobal({ seed: 7 });
