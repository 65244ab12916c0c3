/** The entries of the bundle; `dist/main.js`, `dist/post.js` and `dist/cli.js` call one each. */
export { cli } from './cli.js';
export { main } from './main.js';
export { post } from './post.js';
