/** CI runs every scenario; elsewhere one or two of each kind have to do. */
export const EVERY = Boolean(process.env['EVERY_SCENARIO']);

/** What the name of a test says that is left out. */
export const WHY_SKIPPED = 'skipped: only with EVERY_SCENARIO=1, as in CI';
