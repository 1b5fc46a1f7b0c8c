// Writes the API reference, .reports/api/index.html, from the docstrings, and fails where it has holes. Every export of
// every published package has an entry and a docstring, and so has every method; every function, class, constant and
// method of Tensor has an example, which the tests run. What `forward` computes stands at the layer's class.
//   --check   only the holes, without the pages
import { Application, ReflectionKind } from "typedoc";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { publicPackages, report, root } from "./workspace.mjs";

const kinds = ReflectionKind;
const entryPoints = publicPackages.flatMap(({ dir, manifest }) =>
  Object.values(manifest.exports).flatMap((entry) =>
    entry["@dl/source"] === undefined ? [] : join(root, dir, entry["@dl/source"]),
  ),
);
const app = await Application.bootstrap({
  name: "dl",
  entryPoints,
  tsconfig: join(root, "tsconfig.docs.json"),
  skipErrorChecking: true, // `npm run typecheck` does it
  readme: "none",
  excludeInternal: true,
  excludePrivate: true,
  disableSources: true,
  githubPages: false,
  preservedTypeAnnotationTags: ["@throws"],
  logLevel: "Warn",
});
const project = await app.convert();
if (project === undefined) process.exit(1);

/** Where a reflection's words may stand: on itself, or on the signatures of a function or accessor. */
function commentsOf(reflection) {
  if (reflection.isReference()) return commentsOf(reflection.getTargetReflectionDeep());
  const type = reflection.type?.type === "reflection" ? reflection.type.declaration : undefined;
  return [
    reflection,
    ...(reflection.signatures ?? type?.signatures ?? []),
    reflection.getSignature,
  ].flatMap((holder) => holder?.comment ?? []);
}
const isDocumented = (reflection) =>
  commentsOf(reflection).some(({ summary }) => summary.length > 0);
const hasExample = (reflection) =>
  commentsOf(reflection).some(({ blockTags }) => blockTags.some(({ tag }) => tag === "@example"));

const faults = [];
function check(name, reflection, needsExample) {
  if (!isDocumented(reflection)) faults.push(`${name}: no docstring`);
  if (needsExample && !hasExample(reflection)) faults.push(`${name}: no example`);
}

/** A method that is also a function has the function's words. */
function checkTensor(tensor, functions) {
  const named = new Map(functions.map((entry) => [entry.name, entry]));
  for (const member of tensor.children) {
    const twin = named.get(member.name === "var" ? "variance" : member.name);
    if (twin !== undefined && !hasExample(member)) member.comment = commentsOf(twin)[0]?.clone();
    if (!member.kindOf(kinds.Constructor))
      check(`Tensor.${member.name}`, member, isCallable(member));
  }
}
function checkMethod(owner, method) {
  const isTold = method.name === "forward" || method.name.startsWith("[") || method.inheritedFrom;
  if (method.kindOf(kinds.Method) && !isTold) check(`${owner.name}.${method.name}`, method, false);
}
const isCallable = (member) => member.kindOf(kinds.Method) || member.type?.type === "reflection";

/** Names that a module's entry file lists. */
function exportsOf({ name }) {
  const base = join(root, "packages", name);
  const text = readFileSync(
    existsSync(`${base}.ts`) ? `${base}.ts` : join(base, "index.ts"),
    "utf8",
  );
  return [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list]) =>
    list.split(",").flatMap((item) => item.trim().split(/\s+/).at(-1) || []),
  );
}

for (const module of project.children) {
  const entries = new Set(module.children.map(({ name }) => name));
  for (const name of exportsOf(module))
    if (!entries.has(name)) faults.push(`${module.name} ${name}: no entry`);
  module.name = `@dl/${module.name.replace("/src", "")}`;
  for (const entry of module.children) {
    check(
      `${module.name} ${entry.name}`,
      entry,
      entry.kindOf([kinds.Function, kinds.Class, kinds.Variable]),
    );
    if (entry.kindOf(kinds.Class) && entry.name === "Tensor") checkTensor(entry, module.children);
    else for (const method of entry.children ?? []) checkMethod(entry, method);
  }
}
if (app.logger.hasWarnings()) faults.push("the warnings above");
report(faults);
if (!process.argv.includes("--check")) await app.generateDocs(project, join(root, ".reports/api"));
