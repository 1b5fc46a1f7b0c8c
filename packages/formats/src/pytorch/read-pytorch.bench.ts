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
      time: 4000,
      warmupTime: 500,
      warmupIterations: 2,
      teardown: (_, mode) => {
        if (mode !== "run") return;
        times.sort((a, b) => a - b);
        const ours = [times[times.length >> 1]!, times[0]!];
        const theirs = python("load").split(" ").map(Number);
        ["median", "least"].forEach((kind, i) =>
          process.stdout.write(
            `${kind}: readPyTorch ${ours[i]!.toFixed(1)} ms, torch.load ${theirs[i]} ms, ratio ${(ours[i]! / theirs[i]!).toFixed(2)}\n`,
          ),
        );
      },
    },
  );

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
});
