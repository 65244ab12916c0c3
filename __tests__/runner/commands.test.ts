import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  parseCommand,
  parseLeadingCommand,
  parseMarkedCommand,
  registeredCommands,
  type RunnerCommand,
} from '../../runner/commands.js';

const plain = (command: RunnerCommand | undefined) =>
  command && [command.name, Object.fromEntries(command.properties), command.data];

/** The cases of actions/runner, src/Test/L0/Worker/ActionCommandL0.cs, with `error` for `do-something`. */
const leading: readonly [line: string, expected: unknown][] = [
  ['::error k1=v1,::msg', ['error', { k1: 'v1' }, 'msg']],
  ['::error::', ['error', {}, '']],
  ['::error k1=;=%2C=%0D=%0A=]=%3A,::;-%0D-%0A-]-:-,', ['error', { k1: ';=,=\r=\n=]=:' }, ';-\r-\n-]-:-,']],
  [
    '::error k1=;=%252C=%250D=%250A=]=%253A,::;-%250D-%250A-]-:-,',
    ['error', { k1: ';=%2C=%0D=%0A=]=%3A' }, ';-%0D-%0A-]-:-,'],
  ],
  ['::error k1=,k2=,::', ['error', {}, '']],
  ['::error k1=v1::', ['error', { k1: 'v1' }, '']],
  ['   ::error k1=v1,::msg', ['error', { k1: 'v1' }, 'msg']],
  ['   >>>   ::error k1=v1,::msg', undefined],
];

const marked: readonly [line: string, expected: unknown][] = [
  ['##[error k1=v1;]msg', ['error', { k1: 'v1' }, 'msg']],
  ['##[error]', ['error', {}, '']],
  ['##[error k1=%3B=%0D=%0A=%5D;]%3B-%0D-%0A-%5D', ['error', { k1: ';=\r=\n=]' }, ';-\r-\n-]']],
  [
    '##[error k1=%253B=%250D=%250A=%255D;]%253B-%250D-%250A-%255D',
    ['error', { k1: '%3B=%0D=%0A=%5D' }, '%3B-%0D-%0A-%5D'],
  ],
  ['##[error k1=;k2=;]', ['error', {}, '']],
  ['>>>   ##[error k1=v1;]msg', ['error', { k1: 'v1' }, 'msg']],
];

/** What follows from the source: TrimStart, Split with RemoveEmptyEntries, Substring by UTF-16 units, culture-sensitive search. */
const odd: readonly [what: string, line: string, expected: unknown][] = [
  ['a name in capitals', '::ERROR::x', ['ERROR', {}, 'x']],
  ['a name that is not registered', '::nothing::x', undefined],
  ['no second mark', '::error', undefined],
  ['a next-line character in front', '\u0085::error::x', ['error', {}, 'x']],
  ['an ideographic space in front', '\u3000\t::error::x', ['error', {}, 'x']],
  ['a byte order mark in front', '\ufeff::error::x', undefined],
  ['an escape character in front', '\u001b::error::x', undefined],
  ['an escape character between the closing colons', '::error:\u001b:x', ['error', {}, ':x']],
  ['a zero-width space between the closing colons', '::error:\u200b:x', ['error', {}, ':x']],
  ['an escape character between the opening colons', ':\u001b:error::x', undefined],
  ['a tab between the closing colons', '::error:\t:x', undefined],
  ['properties written with a colon pair', '::error title=a::b::c', ['error', { title: 'a' }, 'b::c']],
  ['several equals signs', '::error ==a==b=c==::', ['error', { a: 'b=c==' }, '']],
  ['a property that is written twice', '::error a=1,A=2::', ['error', { a: '2' }, '']],
  ['two spaces after the name', '::error   a=1  ::x', ['error', { a: '1' }, 'x']],
  ['a small escape', '::error::%0a', ['error', {}, '%0a']],
  ['the marked form in the middle of a line', '2026 INFO ##[add-mask]e', ['add-mask', {}, 'e']],
  ['a marked form behind another bracket', '##[x] ##[error]y', undefined],
  ['a marked form that an invisible one hides', '#\u200b#[ ##[error]y', undefined],
  ['a bracket that is not closed', '##[error', undefined],
  ['no space before a marked name', '##[ error]x', undefined],
  ['spaces around a marked property', '##[error  a=1 ;]x', ['error', { ' a': '1 ' }, 'x']],
  ['both forms, the leading one first', '::notice::##[error]x', ['notice', {}, '##[error]x']],
  ['both forms, the leading one unknown', '::no:: ##[error]x', ['error', {}, 'x']],
];

describe("The runner's commands", () => {
  it.each(leading)('the leading form reads %j', (line, expected) => {
    expect(plain(parseLeadingCommand(line))).toEqual(expected);
  });

  it.each(marked)('the marked form reads %j', (line, expected) => {
    expect(plain(parseMarkedCommand(line))).toEqual(expected);
    expect(parseLeadingCommand(line)).toBeUndefined();
  });

  it.each(odd)('a line with %s is read as the runner reads it', (_, line, expected) => {
    expect(plain(parseCommand(line))).toEqual(expected);
  });

  const text = fc.string({ unit: fc.constantFrom(...Array.from('ab%:,;=]#[\r\n0DA25 é😀')) });
  const names = fc.constantFrom(...registeredCommands);
  // The runner drops a property that is empty or begins with "=", and trims the ends of a list of properties.
  const value = text.filter((one) => /^[^=\s][^]*[^\s]$/u.test(one));

  it('come back as they were written by the escaping of each form', () => {
    const leadingEscapes = { '%': '%25', '\r': '%0D', '\n': '%0A' };
    const forms = [
      {
        data: leadingEscapes,
        property: { ...leadingEscapes, ':': '%3A', ',': '%2C' },
        write: (name: string, property: string, data: string) => `::${name} a=${property}::${data}`,
      },
      {
        data: { ...leadingEscapes, ';': '%3B', ']': '%5D' },
        property: { ...leadingEscapes, ';': '%3B', ']': '%5D' },
        write: (name: string, property: string, data: string) =>
          `b::${name} ##[${name} a=${property}]${data}`,
      },
    ];
    const escape = (plainText: string, escapes: Readonly<Record<string, string>>) =>
      Array.from(plainText, (char) => escapes[char] ?? char).join('');
    fc.assert(
      fc.property(names, value, text, fc.constantFrom(...forms), (name, property, data, form) => {
        const line = form.write(name, escape(property, form.property), escape(data, form.data));
        expect(plain(parseCommand(line))).toEqual([name, { a: property }, data]);
      }),
    );
  });

  it('are never found in a line without a mark of either form', () => {
    const marks = /:[^\t-\r ]*:|#[^\t-\r ]*#[^\t-\r ]*\[/u;
    const lines = fc.string({ unit: fc.constantFrom(':', '#', '[', ']', 'error', ' ', '\t', '\u001b', 'x') });
    fc.assert(
      fc.property(lines, (line) => {
        fc.pre(!marks.test(line));
        expect(parseCommand(line)).toBeUndefined();
      }),
    );
  });
});
