import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, bench, describe } from "vitest";
import { readPyTorch } from "./read-pytorch.ts";

const folder = mkdtempSync(join(tmpdir(), "dl-bench-"));
const path = join(folder, "model.pt");
const python = (command: string): string =>
  execFileSync(
    "/usr/bin/python3",
    [join(import.meta.dirname, "../../test/pytorch-speed.py"), command, path],
    { encoding: "utf8" },
  ).trim();
python("save");

describe("a state dict of 100 MB", () => {
  const times: number[] = [];
  bench(
    "readPyTorch",
    async () => {
      const started = performance.now();
      await readPyTorch(path);
      times.push(performance.now() - started);
    },
    {
      time: 2000,
      warmupTime: 500,
      warmupIterations: 2,
      teardown: (_, mode) => {
        if (mode !== "run") return;
        const ours = times.sort((a, b) => a - b)[times.length >> 1]!;
        const theirs = Number(python("load"));
        process.stdout.write(
          `medians: readPyTorch ${ours.toFixed(1)} ms, torch.load ${theirs} ms, ratio ${(ours / theirs).toFixed(2)}\n`,
        );
      },
    },
  );

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
});
