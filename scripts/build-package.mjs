// Builds the package in whose folder it runs: aside, and then into ./dist file by file, each swapped as a
// whole, so that a program that runs from dist never finds it missing or half written. What the new build
// does not have goes last, so that no file of a renamed module is published.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

const aside = ".dist-next";
const { private: isPrivate = false } = JSON.parse(readFileSync("package.json", "utf8"));

function run(command, ...args) {
  const shell = process.platform === "win32";
  const { status, error } = spawnSync(command, args, { stdio: "inherit", shell });
  if (error) console.error(`${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

const filesIn = (folder) =>
  !existsSync(folder)
    ? []
    : readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => !entry.isDirectory())
        .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));

const clean = () => rmSync(aside, { recursive: true, force: true });
clean();
process.on("exit", clean);
run("tsup", "--out-dir", aside);
if (!isPrivate)
  run("tsc", "-p", ".", "--outDir", aside, "--tsBuildInfoFile", `${aside}/.tsbuildinfo`);
const built = new Set(filesIn(aside));
for (const file of built) {
  mkdirSync(dirname(join("dist", file)), { recursive: true });
  renameSync(join(aside, file), join("dist", file));
}
for (const file of filesIn("dist")) if (!built.has(file)) rmSync(join("dist", file));
