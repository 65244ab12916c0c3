import type { Check } from './check.js';
import { readiness } from './readiness.js';
import type { ReadinessSettings } from './settings.js';

/** Check 3: the service says that its database answers. An answer without that field says nothing, and fails. */
export function database(settings: ReadinessSettings, base: URL): Check {
  return readiness(settings, base);
}
