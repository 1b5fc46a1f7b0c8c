// Packs every public package the way it would be published, then asks publint and attw; two at a time.
import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { publicPackages, root } from "./workspace.mjs";

const WORKERS = 2;
const out = join(root, ".reports", "pack");
const execute = promisify(execFile);
const run = (tool, ...args) =>
  execute(join(root, "node_modules", ".bin", tool), args, { cwd: root });

rmSync(out, { recursive: true, force: true });
const queue = [...publicPackages];
async function worker() {
  for (let next = queue.shift(); next; next = queue.shift()) {
    const { name, dir } = next;
    const folder = join(out, name);
    mkdirSync(folder, { recursive: true });
    try {
      await run("pnpm", "-C", dir, "pack", "--pack-destination", folder);
      const tarball = join(folder, readdirSync(folder)[0]);
      await run("publint", "run", tarball, "--strict");
      await run("attw", tarball, "--profile", "esm-only", "-f", "ascii");
      console.log(`${name}: publint and attw pass`);
    } catch (error) {
      console.error(`${name}: ${error.message}\n${error.stdout ?? ""}`);
      process.exitCode = 1;
    }
  }
}
await Promise.all(Array.from({ length: WORKERS }, worker));
