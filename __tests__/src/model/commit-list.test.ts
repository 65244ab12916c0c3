import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { listCommits, MOST_COMMITS } from '../../../src/model/commit-list.js';
import { redact } from '../../../src/model/redact.js';
import { cleanLine } from '../../../src/model/untrusted-text.js';

const SHA = '1'.repeat(40);
const list = (author: string, subject: string) =>
  listCommits('added', 'GitHub', { total: 1, commits: [{ sha: SHA, author, subject }] }).commits[0]!;

describe('a commit in the list', () => {
  it('has the first line of its message alone', () => {
    expect(list('ada', 'Fix it\n\nBecause.')).toEqual({ sha: SHA, author: 'ada', subject: 'Fix it' });
  });

  it.each([
    ['an e-mail address', 'ada@example.com', 'ada@example.com'],
    ['a token', `ghp_${'a'.repeat(36)}`, 'ghp_'],
    ['a token with an invisible character in it', `ghp_\u200b${'a'.repeat(36)}`, 'ghp_'],
    ['a patient', 'patient_name=Doe', 'Doe'],
  ])('shows no %s', (_, text, secret) => {
    const { author, subject } = list(text, text);
    expect(`${author} ${subject}`).not.toContain(secret);
  });

  it('is one harmless line, whatever its text is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (author, subject) => {
        for (const text of [list(author, subject).author, list(author, subject).subject]) {
          expect(text.length).toBeLessThanOrEqual(120);
          expect([cleanLine(text), redact(text)]).toEqual([text, text]);
        }
      }),
    );
  });
});

describe('the list', () => {
  it('holds the newest 50, and tells how many there are', () => {
    const commits = Array.from({ length: 80 }, (_, index) => ({
      sha: SHA,
      author: 'ada',
      subject: String(index),
    }));
    const { total, commits: shown } = listCommits('removed', 'git', { total: 300, commits });
    expect([total, shown.length, shown[0]?.subject]).toEqual([300, MOST_COMMITS, '0']);
  });
});
