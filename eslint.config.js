import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

const toolkit = ['@actions/core', '@actions/github', '@actions/exec', '@actions/tool-cache'];
const sdk = ['@aws-sdk/*', '@smithy/*'];
const io = [
  'node:fs',
  'node:fs/promises',
  'node:http',
  'node:https',
  'node:net',
  'node:tls',
  'node:child_process',
];

const noImports = (...groups) => [
  'error',
  {
    patterns: [
      { group: groups.flat(), message: 'This belongs into an adapter or an entry.', allowTypeImports: true },
    ],
  },
];

/** What a model or a step must take from the world instead of from the machine. */
const ambient = [
  {
    selector: "MemberExpression[object.name='Date'][property.name='now']",
    message: 'Take the time from the clock.',
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'Take the time from the clock.',
  },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'Take chance from the world.',
  },
  { selector: "MemberExpression[object.name='process']", message: 'Take the process from the world.' },
  {
    selector: 'CallExpression[callee.name=/^(setTimeout|setInterval|setImmediate|fetch)$/]',
    message: 'Take it from the world.',
  },
];

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'lib/',
      'coverage/',
      'mutation/report/',
      'node_modules/',
      '**/node_modules/',
      'examples/backend/dist/',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    files: ['src/**/*.ts', 'sandbox/**/*.ts', 'runner/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 250 }],
      'max-lines-per-function': ['error', { max: 50 }],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/adapters/**', 'src/{index,main,post,cli}.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...ambient],
      'no-restricted-imports': noImports(sdk, io, toolkit),
    },
  },
  { files: ['src/{index,main,post,cli}.ts'], rules: { 'no-restricted-imports': noImports(sdk) } },
  {
    files: ['src/adapters/*.ts'],
    rules: { 'no-restricted-imports': noImports(sdk) },
  },
  {
    files: ['sandbox/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: ['**/src/**', '@aws-sdk/*'], message: 'The local AWS knows nothing of the action.' },
          ],
        },
      ],
    },
  },
  {
    files: ['__tests__/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_+$', argsIgnorePattern: '^_' }],
      'max-lines-per-function': 'off',
    },
  },
  {
    files: ['*.js', 'scripts/**/*.js', 'mutation/*.js'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        fetch: 'readonly',
        performance: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
      },
    },
  },
  prettier,
);
