import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

const root = join(import.meta.dirname, "../../../..");
/** Packages that these tests can import. */
const manifest = JSON.parse(readFileSync(join(root, "packages/testing/package.json"), "utf8")) as {
  readonly dependencies: Readonly<Record<string, string>>;
};
const tested = Object.keys(manifest.dependencies)
  .filter((name) => name.startsWith("@dl/"))
  .map((name) => name.slice("@dl/".length));

/** One runnable piece of documentation. */
export interface Example {
  /** File and line. */
  readonly place: string;
  /** `@dl/nn` for what stands in packages/nn. */
  readonly ownPackage: string;
  readonly code: string;
}

/** Their full paths, in order; what is installed or built left out. */
export function filesBelow(folder: string, ending: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/node_modules|[/\\]dist[/\\]/.test(path))
    .toSorted();
}

/** The ```ts blocks of READMEs and guides. `ts no-run` marks one that is only for reading. */
export function markdownExamples(): Example[] {
  const files = [
    join(root, "README.md"),
    ...tested.map((name) => join(root, "packages", name, "README.md")),
    ...filesBelow(join(root, "docs"), ".md"),
  ].filter((path) => existsSync(path));
  return files.flatMap((path) => {
    const text = readFileSync(path, "utf8");
    return [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map((match) => ({
      place: `${relative(root, path)}:${lineOf(text, match.index) + 1}`,
      ownPackage: packageOf(path),
      code: match[1]!,
    }));
  });
}

/** The `@example` parts of documentation comments in the packages' sources. */
export function docstringExamples(): Example[] {
  const files = tested
    .flatMap((name) => filesBelow(join(root, "packages", name, "src"), ".ts"))
    .filter((path) => !/\.(test|bench)\.ts$/.test(path));
  return files.flatMap((path) => {
    const text = readFileSync(path, "utf8");
    return [...text.matchAll(/\/\*\*[\s\S]*?\*\//g)].flatMap(({ 0: comment, index }) => {
      const examples = [...comment.matchAll(/@example\n([\s\S]*?)(?=\n\s*\* @|\*\/)/g)];
      const place = (offset: number): string =>
        `${relative(root, path)}:${lineOf(text, index + offset) + 1}`;
      if (examples.length !== comment.split("* @example").length - 1)
        throw new Error(`${place(0)}: the code of an @example begins on a line of its own`);
      return examples.map((match) => ({
        place: place(match.index),
        ownPackage: packageOf(path),
        code: match[1]!
          .split("\n")
          .map((line) => line.replace(/^\s*\* ?/, ""))
          .filter((line) => !line.startsWith("```"))
          .join("\n"),
      }));
    });
  });
}

/** Of the package that runs on a GPU, which is not everywhere. */
export function needsGpu({ ownPackage }: Example): boolean {
  return ownPackage === "@dl/backend-webgpu";
}

function packageOf(path: string): string {
  return `@dl/${/packages[/\\]([^/\\]+)/.exec(path)?.[1] ?? ""}`;
}

function lineOf(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}
