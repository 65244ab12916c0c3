/* global document, window, DOMParser, mermaid */

/*
 * Runs in the page. What GitHub's sanitizer lets through of the elements and attributes that a summary may want, after
 * the default allow-list that GitHub publishes (html-pipeline, "SanitizationFilter"; github/markup, README, "GitHub
 * Markup"): no style, no script, no id or class of one's own, no svg, links and images with http and https alone.
 */
const ELEMENTS = new Set(
  `a b blockquote br code del details dd div dl dt em h1 h2 h3 h4 h5 h6 hr i img ins kbd li ol p picture pre q s samp
  small source span strike strong sub summary sup table tbody td tfoot th thead tr tt ul var`.split(/\s+/),
);
const ATTRIBUTES = new Set(
  `align alt aria-hidden aria-label border cellpadding cellspacing colspan dir height hspace lang open rowspan start
  title valign vspace width`.split(/\s+/),
);
const ADDRESSES = { a: 'href', img: 'src', source: 'srcset' };

/** Of what GitHub makes itself from Markdown, after it has sanitized. */
const OWN_CLASS = /^(language-[\w-]+|(markdown-alert(-[a-z]+)?( (?=m)|$))+)$/;

/** Takes away what GitHub would, and lists it. */
function sanitize(root) {
  const removed = [];
  for (const element of [...root.querySelectorAll('*')]) {
    const name = element.localName;
    if (!ELEMENTS.has(name)) {
      removed.push(name);
      if (/^(script|style|svg|iframe|math|noscript)$/.test(name)) element.remove();
      else element.replaceWith(...element.childNodes);
      continue;
    }
    for (const { name: attribute, value } of [...element.attributes]) {
      if (isAllowed(name, attribute, value)) continue;
      removed.push(`${attribute} of ${name}`);
      element.removeAttribute(attribute);
    }
  }
  return removed;
}

function isAllowed(element, attribute, value) {
  if (attribute === ADDRESSES[element]) return /^(https?:\/\/|mailto:|#|\/(?!\/))/i.test(value.trim());
  return ATTRIBUTES.has(attribute) || (attribute === 'class' && OWN_CLASS.test(value));
}

/** What GitHub would turn into a link in the finished text: mentions, and numbers of issues. */
function references(root) {
  const walker = document.createTreeWalker(root, 4);
  const found = [];
  while (walker.nextNode()) {
    const { data, parentElement } = walker.currentNode;
    if (parentElement.closest('pre, code, a')) continue;
    found.push(...(data.match(/(?<![\w/`])@[a-z\d][a-z\d-]*|(?<!\w)(#|gh-)\d+\b/gi) ?? []));
  }
  return found;
}

function addIcons(root, icons) {
  for (const [name, icon] of Object.entries(icons)) {
    for (const title of root.querySelectorAll(`.${name} > .markdown-alert-title`))
      title.insertAdjacentHTML('afterbegin', icon);
  }
}

async function draw(root, dark) {
  for (const code of root.querySelectorAll('pre > code.language-mermaid')) {
    const diagram = document.createElement('pre');
    diagram.className = 'mermaid';
    diagram.textContent = code.textContent;
    code.parentElement.replaceWith(diagram);
  }
  mermaid.initialize({ startOnLoad: false, securityLevel: 'strict', theme: dark ? 'dark' : 'default' });
  try {
    // A folded diagram has no width to be drawn in; GitHub draws it in a frame of its own once it is seen.
    const folded = [...root.querySelectorAll('details:not([open]):has(pre.mermaid)')];
    for (const details of folded) details.open = true;
    await mermaid.run({ nodes: root.querySelectorAll('pre.mermaid') });
    for (const details of folded) details.open = false;
    return undefined;
  } catch (error) {
    return error.message ?? String(error);
  }
}

async function show() {
  const { html, dark, icons } = JSON.parse(document.querySelector('#summary').textContent);
  const article = document.querySelector('article');
  const { body } = new DOMParser().parseFromString(html, 'text/html');
  const removed = sanitize(body);
  const referred = references(body);
  article.append(...body.childNodes);
  addIcons(article, icons);
  return { removed, references: referred, mermaidError: await draw(article, dark) };
}

window.shown = show();
