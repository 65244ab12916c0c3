import { availableParallelism } from 'node:os';

/** Jest runs the TypeScript sources as ES modules; `npm test` starts it with --experimental-vm-modules. */
export default {
  testTimeout: 30_000,
  // Tests of whole runs mostly wait: half as many again as there are cores.
  maxWorkers: Math.ceil(1.5 * availableParallelism()),
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  coverageProvider: 'v8',
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
    '/node_modules/@actions/(languageservice|workflow-parser)/.+\\.js$': '<rootDir>/scripts/json-imports.js',
  },
  transformIgnorePatterns: ['/node_modules/(?!@actions/(languageservice|workflow-parser)/)'],
  reporters: ['default', '<rootDir>/scripts/skipped-tests.js'],
  setupFiles: ['<rootDir>/jest.setup.js'],
  testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/lib/', '<rootDir>/runner/node24/', '<rootDir>/mutation/'],
  collectCoverageFrom: ['src/**/*.ts', 'sandbox/**/*.ts'],
};
