import { testScenarios } from './run-scenarios.js';

/* Releases whose deployment meets ECS's own rollbacks, other people, or what was there before, in the built bundle. */
testScenarios('deployments');
