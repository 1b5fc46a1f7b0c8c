/** What holds others by name: a module, which naming would make an import cycle. */
interface Holder<Held> {
  children(): ReadonlyMap<string, Held>;
}

/** The first path of every module, parents first; that of the model itself is "". */
export function modulePaths<M extends Holder<M>>(model: M): Map<M, string> {
  const paths = new Map<M, string>();
  const visit = (module: M, path: string): void => {
    if (paths.has(module)) return;
    paths.set(module, path);
    for (const [name, child] of module.children())
      visit(child, path === "" ? name : `${path}.${name}`);
  };
  visit(model, "");
  return paths;
}
