/** The two entries of the bundle; `dist/main.js` and `dist/post.js` call one each. */
export { main } from './main.js';
export { post } from './post.js';
