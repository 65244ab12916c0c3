/** `*` stands for any text, `?` for one character (IAM User Guide, "IAM JSON policy elements: Condition operators"). */
export function isLike(text: string, pattern: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}

/**
 * Whether an ARN is one of those that a pattern means. Each of the six parts between colons is compared for itself, the last
 * of which may have colons of its own (the same page, "Amazon Resource Name (ARN) condition operators"); a pattern that is
 * `*` alone means all.
 */
export function isArnLike(arn: string, pattern: string): boolean {
  if (pattern === '*') return true;
  const [parts, patterns] = [partsOf(arn), partsOf(pattern)];
  return (
    parts.length === patterns.length && parts.every((part, index) => isLike(part, patterns[index] ?? ''))
  );
}

function partsOf(arn: string): readonly string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), ...(parts.length > 5 ? [parts.slice(5).join(':')] : [])];
}
