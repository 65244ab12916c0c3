import { testScenarios } from './run-scenarios.js';

/* Releases whose tasks do not come up, or come up as something else, in the built bundle. */
testScenarios('tasks');
