/** Where something would be below a path of the service; a query of that path is not kept. */
export function below(path: string, name: string, base: URL): URL {
  const url = new URL(path, base);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${encodeURIComponent(name)}`;
  url.search = '';
  return url;
}
