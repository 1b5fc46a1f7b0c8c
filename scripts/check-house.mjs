// House rules no linter has: file names, package manifests that agree, short READMEs.
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { filesIn, isTest, packages, publicPackages, report, root } from "./workspace.mjs";

const vague = /(^|-)(utils?|helpers?|common|misc|types)(-|$)/;
const kebab = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const README_LINES = 60;
// TypeScript augments only classes exported by a star: docs/decisions/0003.
const starExport = join(root, "packages/tensor/src/index.ts");
// Engines round these differently; @dl/backend has the same functions with the same bits everywhere.
const unportable =
  /\bMath\.(a?(sin|cos|tan)h?|atan2|cbrt|exp|expm1|log|log10|log1p|log2|pow)\b|(?<!\b\d+) \*\* (?!\d)/;
// What tests compare with, and a backend that promises no bits.
const mayBeUnportable = /\/(backend-reference|backend-webgpu|testing)\/|\/accuracy\.ts$/;
const comments = /\/\*[^]*?\*\/|\/\/.*/g;
const faults = [];

for (const { dir } of packages) {
  for (const file of filesIn(`${dir}/src`, ".ts")) {
    const stem = basename(file).replace(/(\.(browser|built|gpu))?(\.(test|bench|d))?\.ts$/, "");
    if (!kebab.test(stem)) faults.push(`${file}: not kebab-case`);
    if (vague.test(stem)) faults.push(`${file}: a vague name; a helper has a subject`);
    if (file !== starExport && /^export \* from/m.test(readFileSync(file, "utf8")))
      faults.push(`${file}: export * hides what is exported; name it`);
    if (dir.startsWith("packages/") && !isTest(file) && !mayBeUnportable.test(file)) {
      const [found] = unportable.exec(readFileSync(file, "utf8").replace(comments, "")) ?? [];
      if (found)
        faults.push(`${file}: ${found.trim()} differs between engines; see portable-math.ts`);
    }
  }
}

const exported = (stem) => ({
  "@dl/source": `./src/${stem}.ts`,
  types: `./dist/${stem}.d.ts`,
  default: `./dist/${stem}.js`,
});
// The same for every published package; `description`, `sideEffects` and dependencies are its own.
// What runs in Node alone stands in src/node.ts, if there is such a file.
const template = (name, dir) => ({
  name: `@dl/${name}`,
  license: "MIT",
  files: ["dist", "src", "!src/**/*.test.ts", "!src/**/*.bench.ts", "!dist/.tsbuildinfo"],
  type: "module",
  exports: {
    ".": exported("index"),
    ...(existsSync(join(root, dir, "src/node.ts")) && { "./node": exported("node") }),
    "./package.json": "./package.json",
  },
  publishConfig: { access: "public" },
  scripts: { build: "node ../../scripts/build-package.mjs" },
  engines: { node: ">=20.19.0" },
});
const version = publicPackages[0].manifest.version;
for (const { name, dir, manifest } of publicPackages) {
  for (const [key, value] of Object.entries({ ...template(name, dir), version }))
    if (!isDeepStrictEqual(manifest[key], value))
      faults.push(`${dir}/package.json: ${key} must be ${JSON.stringify(value)}`);
  if (manifest.repository?.directory !== dir)
    faults.push(`${dir}/package.json: repository.directory must be ${dir}`);
  if (!manifest.description) faults.push(`${dir}/package.json: no description`);
  if (manifest.sideEffects === undefined) faults.push(`${dir}/package.json: no sideEffects`);
  const readme = join(root, dir, "README.md");
  const lines = existsSync(readme) ? readFileSync(readme, "utf8").trimEnd().split("\n").length : 0;
  if (lines === 0) faults.push(`${dir}: no README.md`);
  if (lines > README_LINES) faults.push(`${dir}/README.md: ${lines} lines, limit ${README_LINES}`);
}

// `tsc -b` builds in the order of references, so they follow the dependencies.
for (const { dir, manifest } of packages) {
  const { references = [] } = JSON.parse(readFileSync(join(root, dir, "tsconfig.json"), "utf8"));
  const have = new Set(references.map(({ path }) => `@dl/${basename(path)}`));
  const want = new Set(
    Object.keys(manifest.dependencies ?? {}).filter((key) => key.startsWith("@dl/")),
  );
  if (!isDeepStrictEqual(have, want))
    faults.push(`${dir}/tsconfig.json: its references and the @dl dependencies differ`);
  for (const file of ["tsconfig.json", "tsconfig.test.json"]) {
    const top = JSON.parse(readFileSync(join(root, file), "utf8"));
    if (!top.references.some(({ path }) => path === dir))
      faults.push(`${file}: no reference to ${dir}`);
  }
}
report(faults);
