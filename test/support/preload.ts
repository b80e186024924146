/**
 * @module support/preload
 * Loaded by `bun test` before the first test file (bunfig.toml).
 */
