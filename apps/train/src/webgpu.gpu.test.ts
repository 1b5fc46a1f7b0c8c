import { expect, test } from "vitest";
import { capturedRun } from "../test/captured-run.ts";

async function run(backend: string): Promise<{ testAccuracy: number; output: string }> {
  const { code, stdout, stderr } = await capturedRun(
    `--backend ${backend} --model mlp --examples 2400 --epochs 3 --batch-size 32 --seed 3 --json`,
  );
  expect(code).toBe(0);
  const json = JSON.parse(stdout) as { testAccuracy: number; backend: string };
  expect(json.backend).toBe(backend);
  return { testAccuracy: json.testAccuracy, output: stderr };
}

test(
  "in Node WebGPU learns digits as well as the CPU, within a point",
  { timeout: 300_000 },
  async () => {
    const [ours, theirs] = [await run("webgpu"), await run("cpu")];
    expect(ours.output).toMatch(/^WebGPU on .+$/m);
    expect(ours.output).toMatch(/examples\/s .*\d:\d\d left/);
    expect(theirs.testAccuracy).toBeGreaterThan(0.85);
    expect(Math.abs(ours.testAccuracy - theirs.testAccuracy)).toBeLessThanOrEqual(0.01);
  },
);
