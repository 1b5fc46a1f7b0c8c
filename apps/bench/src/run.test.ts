import { expect, test } from "vitest";
import { runBench } from "./run.ts";

async function run(line: string): Promise<{ code: number; stdout: string; stderr: string }> {
  let stdout = "";
  let stderr = "";
  const code = await runBench(line.split(" "), {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
  });
  return { code, stdout, stderr };
}

test("a mistake is told in one line", async () => {
  expect(await run("--blocks 0")).toEqual({
    code: 2,
    stdout: "",
    stderr: '--blocks must be a whole number from 1 to 1000: received "0".\n',
  });
});

test("help", async () => {
  expect(await run("--help")).toMatchObject({ code: 0, stderr: "" });
});

test("without PyTorch only our times are told", async () => {
  const { code, stdout, stderr } = await run("--case tiny-mlp --blocks 1 --json --python nowhere");
  expect(code).toBe(0);
  expect(stderr).toContain("PyTorch absent: nowhere with PyTorch was not found");
  const json = JSON.parse(stdout) as Record<string, unknown>;
  expect(json).toEqual({
    suite: "course",
    machine: {
      cpu: expect.any(String),
      cores: expect.any(Number),
      node: process.versions.node,
    },
    backend: expect.stringContaining("cpu: "),
    torch: null,
    blocks: 1,
    cases: {
      "tiny-mlp": {
        oursMs: expect.any(Number),
        torchMs: null,
        torchThreads: null,
        ratio: null,
      },
    },
  });
});

test("an interpreter without PyTorch is not fatal either", async () => {
  const { code, stdout } = await run("--case tiny-mlp --blocks 1 --python false");
  expect(code).toBe(0);
  expect(stdout).toMatch(/PyTorch absent: .*\ntiny-mlp {5}ours +[\d.]+ ms\n$/);
});
