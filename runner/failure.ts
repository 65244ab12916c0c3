/** A property of whatever was thrown; an error of another realm, such as a test's, is not an instance of our Error. */
const propertyOf = (thrown: unknown, name: string): unknown =>
  typeof thrown === 'object' && thrown !== null
    ? Object.getOwnPropertyDescriptor(thrown, name)?.value
    : undefined;

/** The message of what was thrown. */
export function messageOf(thrown: unknown): string {
  const message = propertyOf(thrown, 'message');
  return typeof message === 'string' ? message : String(thrown);
}

/** Whether the system said that there is no such file. */
export const isMissing = (thrown: unknown): boolean => propertyOf(thrown, 'code') === 'ENOENT';
