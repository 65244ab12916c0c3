// Writes the tables of inputs and outputs in README.md from action.yml: `node scripts/docs.js`. With --check it
// writes nothing and fails when they differ.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('..', import.meta.url));
const action = parse(readFileSync(`${root}action.yml`, 'utf8'));
const cell = (text) => String(text).trim().replaceAll('|', '\\|').replaceAll('\n', ' ');
const code = (text) => (text === undefined || text === '' ? '' : `\`${text}\``);

const inputs = Object.entries(action.inputs).map(
  ([name, { description, default: value }]) =>
    `| \`${name}\` | ${cell(code(value))} | ${cell(description)} |`,
);
const outputs = Object.entries(action.outputs).map(
  ([name, { description }]) => `| \`${name}\` | ${cell(description)} |`,
);
const sections = {
  inputs: ['| input | default | meaning |', '| --- | --- | --- |', ...inputs],
  outputs: ['| output | meaning |', '| --- | --- |', ...outputs],
};

const before = readFileSync(`${root}README.md`, 'utf8');
const after = Object.entries(sections).reduce(
  (text, [name, lines]) =>
    text.replace(new RegExp(`(<!-- ${name} -->)[\\s\\S]*?(<!-- /${name} -->)`), (_, open, close) =>
      [open, '', ...lines, '', close].join('\n'),
    ),
  before,
);
if (!process.argv.includes('--check')) writeFileSync(`${root}README.md`, after);
else if (after !== before) {
  console.error('The tables of README.md are not those of action.yml. Run "npm run docs".');
  process.exitCode = 1;
}
