import Builder from 'fast-xml-builder';
import type { Json, JsonObject } from '../json.js';

/** Our own escaping: the builder's leaves carriage returns and control characters as they are. */
const builder = new Builder({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  processEntities: false,
});

/** Writes a structure below one root element; lists become `<member>` elements, absent fields nothing. */
export function writeXml(root: string, namespace: string, content: JsonObject): string {
  return builder.build({ [root]: { '@xmlns': escape(namespace), ...structure(content) } });
}

type Node = string | readonly Node[] | { readonly [name: string]: Node };

function structure(content: JsonObject): Record<string, Node> {
  return Object.fromEntries(
    Object.entries(content).flatMap(([name, value]) =>
      value === undefined || value === null ? [] : [[name, node(value)]],
    ),
  );
}

function node(value: Json): Node {
  if (Array.isArray(value)) return { member: value.map((one: Json) => node(one)) };
  if (typeof value === 'object' && value !== null) return structure(value as JsonObject);
  return escape(String(value));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\r': '&#xD;',
};

/** XML 1.0 cannot say control characters and lone surrogates at all: they become U+FFFD. */
function escape(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\u{fffd}')
    .replace(/[&<>"'\r]/g, (character) => ENTITIES[character] ?? character);
}
