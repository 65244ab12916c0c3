/**
 * Which files docker leaves out of the build context. Written after moby/patternmatcher, whose regular
 * expressions docker and buildx use (`ignorefile/ignorefile.go`, `patternmatcher.go`).
 */
export interface IgnoreRule {
  readonly pattern: RegExp;
  /** The line began with `!`: what matches is sent after all. */
  readonly kept: boolean;
}

/** Where docker looks, first match wins: BuildKit prefers a file named after the Dockerfile. */
export function dockerignorePaths(dockerfile: string, context: string): readonly string[] {
  return [
    `${dockerfile}.dockerignore`,
    context === '' || context === '.' ? '.dockerignore' : `${context.replace(/\/+$/, '')}/.dockerignore`,
  ];
}

/** Reads a .dockerignore; a line that is no valid pattern (docker refuses the build) leaves nothing out. */
export function parseDockerignore(text: string): readonly IgnoreRule[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .flatMap((line) => (line.startsWith('#') ? [] : parseRule(line.trim())));
}

/** Whether docker leaves this file out of the context; the path is relative to the context, with slashes. */
export function isIgnored(rules: readonly IgnoreRule[], path: string): boolean {
  const parts = path.split('/');
  const selfAndParents = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
  return rules.reduce(
    (ignored, { pattern, kept }) =>
      kept === ignored && selfAndParents.some((candidate) => pattern.test(candidate)) ? !kept : ignored,
    false,
  );
}

function parseRule(line: string): readonly IgnoreRule[] {
  const kept = line.startsWith('!');
  const pattern = cleanPath(kept ? line.slice(1).trim() : line);
  if (pattern === '') return [];
  try {
    return [{ pattern: new RegExp(toExpression(pattern)), kept }];
  } catch {
    return [];
  }
}

/** Go's `filepath.Clean`, and the leading slash that means the context itself. */
function cleanPath(path: string): string {
  if (path === '') return '';
  const parts = path.split('/').reduce<readonly string[]>((done, part) => {
    if (part === '' || part === '.') return done;
    if (part !== '..') return [...done, part];
    if (done.length > 0 && done.at(-1) !== '..') return done.slice(0, -1);
    return path.startsWith('/') ? done : [...done, part];
  }, []);
  return parts.length === 0 ? '.' : parts.join('/');
}

function toExpression(pattern: string): string {
  const tokens = pattern.match(/\*\*\/?|\*|\?|\\.|[^*?\\]|\\/gs) ?? [];
  return `^${tokens.map((token, index) => translate(token, index === tokens.length - 1)).join('')}$`;
}

function translate(token: string, last: boolean): string {
  if (token.startsWith('**')) return last ? '.*' : '(.*/)?';
  if (token === '*') return '[^/]*';
  if (token === '?') return '[^/]';
  if (token === '\\') return '\\\\';
  return '.+()|{}$'.includes(token) ? `\\${token}` : token;
}
