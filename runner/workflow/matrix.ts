import { isList, isMapping, type Mapping, type Value } from './expressions.js';

/**
 * The combinations of a matrix: each value of each name with each of the others, then what `include` adds ("Expanding or
 * adding matrix configurations", GitHub Docs). A job without a matrix has one without names. Throws at `exclude`, and at a
 * matrix without a combination.
 */
export function combinations(matrix: Value | undefined): readonly Mapping[] {
  if (matrix === undefined) return [{}];
  if (!isMapping(matrix)) throw new Error('matrix: a mapping was expected');
  const { include = [], exclude, ...axes } = matrix;
  if (exclude !== undefined) throw new Error('matrix: exclude cannot be imitated here');
  const product = Object.entries(axes).reduce<readonly Mapping[]>(
    (made, [name, values]) =>
      made.flatMap((one) => listOf(name, values).map((value) => ({ ...one, [name]: value }))),
    [{}],
  );
  const begun = Object.keys(axes).length === 0 ? [] : product;
  const all = listOf('include', include).reduce<readonly Mapping[]>(
    (made, entry) => included(made, entry, new Set(Object.keys(axes))),
    begun,
  );
  if (all.length === 0) throw new Error('matrix: must define at least one vector');
  return all;
}

function listOf(name: string, value: Value): readonly Value[] {
  if (!isList(value)) throw new Error(`matrix: a list was expected for ${name}`);
  return value;
}

/** An entry goes into each combination whose own values it leaves as they are; where there is none it is one of its own. */
function included(made: readonly Mapping[], entry: Value, axes: ReadonlySet<string>): readonly Mapping[] {
  if (!isMapping(entry)) throw new Error('matrix: a mapping was expected in include');
  const own = Object.entries(entry).filter(([name]) => axes.has(name));
  const fits = (one: Mapping): boolean =>
    Object.keys(one).some((name) => axes.has(name)) && own.every(([name, value]) => one[name] === value);
  return made.some(fits) ? made.map((one) => (fits(one) ? { ...one, ...entry } : one)) : [...made, entry];
}
