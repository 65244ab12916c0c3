/**
 * A Jest transform for GitHub's packages for workflows: they import JSON without the attribute that Node asks for, since
 * they are made for bundlers (actions/languageservices), and Jest warns of each.
 */
export default {
  process: (source) => ({
    code: source.replace(/^(import .* from ".*\.json");?$/gm, '$1 with { type: "json" };'),
  }),
};
