import type { Check } from './check.js';
import { readiness } from './readiness.js';
import type { ReadinessSettings } from './settings.js';

/** Check 2: the service says that it lives. */
export function health(settings: ReadinessSettings, base: URL): Check {
  return readiness(settings, base);
}
