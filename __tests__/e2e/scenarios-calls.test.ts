import { testScenarios } from './run-scenarios.js';

/* Releases whose calls of AWS go wrong, in the built bundle. */
testScenarios('calls');
