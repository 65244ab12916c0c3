import { registerLogger, validate } from '@actions/languageservice';
import type { ActionMetadata, ActionReference } from '@actions/languageservice/action';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { action, textOf } from '../pages.js';
import { OURS } from './workflow.js';
import { PUBLISHED } from './published-actions.js';

/* GitHub's own language service, as its editor extension runs it, with what it would ask GitHub for at hand. */

/** What the service says of its own failures, which it would otherwise swallow and find nothing. */
const failures: string[] = [];
const ignore = (): void => undefined;
registerLogger({ error: (message) => failures.push(message), warn: ignore, info: ignore, log: ignore });

const ours: ActionMetadata = { name: OURS, description: '', ...action };

function metadataOf({ owner, name, path }: ActionReference): Promise<ActionMetadata | undefined> {
  const place = [owner, name, ...(path ? [path] : [])].join('/');
  return Promise.resolve(place === OURS ? ours : PUBLISHED.get(place));
}

/** A workflow that is called: of this repository, however it is named. */
const fileProvider = {
  getFileContent: (file: {
    readonly path: string;
    readonly owner?: string;
    readonly repository?: string;
  }) => {
    const isOurs = file.owner === undefined || `${file.owner}/${String(file.repository)}` === OURS;
    if (!isOurs) throw new Error(`${file.path} is of another repository.`);
    return Promise.resolve({ name: file.path, content: textOf(file.path) });
  },
};

/** The service remembers a document by its name for ever. */
let documents = 0;

/** What GitHub's language service finds in a workflow, a line each; every severity counts. */
export async function lint(text: string): Promise<readonly string[]> {
  failures.length = 0;
  documents += 1;
  // The service does not look into the action that is here.
  const named = text.replace(/(uses:\s+)\.\/$/gm, `$1${OURS}@v1`);
  const document = TextDocument.create(`file:///${String(documents)}.yml`, 'yaml', 1, named);
  const found = await validate(document, {
    actionsMetadataProvider: { fetchActionMetadata: metadataOf },
    fileProvider,
  });
  const shown = found.map(({ range, message }) => {
    const words = typeof message === 'string' ? message : message.value;
    return `${String(range.start.line + 1)}: ${words}`;
  });
  return [...shown, ...failures];
}
