/** What the ready-made world is like, by name. */
export const SCENARIOS = ['healthy'] as const;

export type Scenario = (typeof SCENARIOS)[number];

/** Whether a text names a scenario. */
export function isScenario(name: string): name is Scenario {
  return SCENARIOS.some((one) => one === name);
}
