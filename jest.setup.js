import { types } from 'node:util';

/*
 * Jest runs tests in a realm of their own, and what Node's modules throw comes from outside of it: there
 * `instanceof Error` would be false, which it never is in a program. This makes tests see what programs see.
 */
const ordinary = Function.prototype[Symbol.hasInstance];
const isDomException = (value) => Object.prototype.toString.call(value) === '[object DOMException]';

Object.defineProperty(Error, Symbol.hasInstance, {
  value(value) {
    if (this !== Error) return ordinary.call(this, value);
    return types.isNativeError(value) || isDomException(value) || ordinary.call(Error, value);
  },
});

// The SDK warns in every file of its own accord that it will need Node 22, whatever is tested.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
