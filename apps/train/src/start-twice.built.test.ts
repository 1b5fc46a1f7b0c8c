import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "../../..");
const lock = join(root, ".reports/building");
beforeAll(() => mkdir(join(root, ".reports"), { recursive: true }));
afterAll(() => rm(lock, { force: true }));

interface Build {
  /** What it has said so far. */
  said: string;
  readonly ended: Promise<number | null>;
}

function build(): Build {
  const child = spawn(process.execPath, [join(root, "scripts/run.mjs"), "build"]);
  const running: Build = {
    said: "",
    ended: new Promise((resolve) => child.on("close", resolve)),
  };
  child.stderr.on("data", (text: Buffer) => (running.said += text.toString()));
  return running;
}

test("a build waits for the one that is under way", { timeout: 120_000 }, async () => {
  await writeFile(lock, String(process.pid));
  const second = build();
  await expect
    .poll(() => second.said, { timeout: 60_000 })
    .toBe(`waiting for process ${process.pid}, which builds here ...\n`);
  await rm(lock);
  expect(await second.ended).toBe(0);
  expect(existsSync(lock)).toBe(false);
});

test("what a dead process left does not hold anyone up", { timeout: 120_000 }, async () => {
  // Beyond the largest number that a process can have.
  await writeFile(lock, String(2 ** 30));
  expect(await build().ended).toBe(0);
  expect(existsSync(lock)).toBe(false);
});
