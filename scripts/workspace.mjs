// What the checking scripts know about the workspace.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const root = join(import.meta.dirname, "..");

/** Every workspace package: its folder relative to the root, its short name and its manifest. */
export const packages = ["packages", "apps"].flatMap((parent) =>
  readdirSync(join(root, parent)).map((name) => {
    const dir = `${parent}/${name}`;
    const manifest = JSON.parse(readFileSync(join(root, dir, "package.json"), "utf8"));
    return { name, dir, manifest };
  }),
);

export const publicPackages = packages.filter(({ manifest }) => !manifest.private);

/** Files below a folder whose name ends in one of the endings, relative to the folder. */
export const filesIn = (dir, ...endings) =>
  readdirSync(join(root, dir), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();

/** A test or a benchmark: never published, and free to import anything. */
export const isTest = (file) => /\.(test|bench)\.ts$/.test(file);

/** Prints the faults found, and sets the exit code. */
export function report(faults) {
  for (const fault of faults) console.error(fault.replaceAll(`${root}/`, ""));
  if (faults.length > 0) process.exitCode = 1;
}
