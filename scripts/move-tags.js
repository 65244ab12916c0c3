// Lets tags lead to a commit, by GitHub's API: `node scripts/move-tags.js SHA TAG…`, with GITHUB_API_URL, GITHUB_REPOSITORY and
// GH_TOKEN, which needs `contents: write`. A tag that is not there is made. Fails at the first one that GitHub refuses.
const [sha = '', ...tags] = process.argv.slice(2);
const { GITHUB_API_URL: api, GITHUB_REPOSITORY: repository, GH_TOKEN: token } = process.env;

/** https://docs.github.com/en/rest/git/refs: a reference that is not there is a 422, or a 404. */
const NOT_THERE = [404, 422];

const send = (method, path, body) =>
  fetch(`${api}/repos/${repository}/git/${path}`, {
    method,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
  });

async function move(tag) {
  const moved = await send('PATCH', `refs/tags/${tag}`, { sha, force: true });
  const answer = NOT_THERE.includes(moved.status)
    ? await send('POST', 'refs', { ref: `refs/tags/${tag}`, sha })
    : moved;
  if (!answer.ok) throw new Error(`${tag} was not moved: GitHub answered ${answer.status}.`);
  console.log(`${tag} leads to ${sha}`);
}

try {
  for (const tag of tags) await move(tag);
} catch (error) {
  console.error(`::error title=release::${error.message}`);
  process.exitCode = 1;
}
