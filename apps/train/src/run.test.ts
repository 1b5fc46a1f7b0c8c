import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { closeSync, existsSync, openSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { capturedRun as run, type CapturedRun as Run } from "../test/captured-run.ts";

let root = "";
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "dl-train-"));
});
afterAll(() => rm(root, { recursive: true }));

type Json = { testAccuracy: number; seconds: number; backend: string };
const lastLine = ({ stdout }: Run): Json =>
  JSON.parse(stdout.trimEnd().split("\n").at(-1)!) as Json;

/** An IDX file of bytes. */
function idx(shape: readonly number[], data: readonly number[]): Uint8Array {
  const header = [0, 0, 8, shape.length];
  for (const size of shape)
    header.push(size >>> 24, (size >>> 16) & 255, (size >>> 8) & 255, size & 255);
  return Uint8Array.from([...header, ...data]);
}

const count = 40;
const pixels = (length: number, size = 28): number[] =>
  Array.from({ length: length * size * size }, (_, i) => (i * 7919) % 256);
const images = idx([count, 28, 28], pixels(count));
const labels = idx(
  [count],
  Array.from({ length: count }, (_, i) => i % 10),
);

const good = {
  "train-images-idx3-ubyte": images,
  "train-labels-idx1-ubyte": labels,
  "t10k-images-idx3-ubyte": images,
  "t10k-labels-idx1-ubyte": labels,
};

/** A folder with MNIST's four files, some of them replaced or left out. */
async function folder(
  name: string,
  changes: Readonly<Record<string, Uint8Array | undefined>> = {},
): Promise<string> {
  const path = join(root, name);
  await mkdir(path);
  for (const [file, bytes] of Object.entries({ ...good, ...changes }))
    if (bytes !== undefined) await writeFile(join(path, file), bytes);
  return path;
}

const quick = "--model mlp --batch-size 20";

describe("files that are read", () => {
  test("plain", async () => {
    const path = await folder("plain");
    const result = await run(`--data ${path} ${quick}`);
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(result.stdout).toContain("40 to learn from, 40 to test on");
  });

  test("gzip", async () => {
    const gz = Object.fromEntries(
      Object.entries(good).flatMap(([name, bytes]) => [
        [name, undefined],
        [`${name}.gz`, gzipSync(bytes)],
      ]),
    );
    const path = await folder("gzip", gz);
    expect(await run(`--data ${path} ${quick} --json`)).toMatchObject({ code: 0 });
  });
});

test("--graph draws the graph of a step, with the parameters' names", async () => {
  const file = join(root, "graph.svg");
  const path = await folder("graph", {});
  expect(await run(`--data ${path} ${quick} --json --graph ${file}`)).toMatchObject({ code: 0 });
  const svg = await readFile(file, "utf8");
  expect(svg).toContain("<svg");
  for (const label of ["1.weight", "float32 [256, 784]", "matmul"]) expect(svg).toContain(label);
  // The widest of the usual fixed fonts, DejaVu Sans Mono, has letters of 1233/2048 of its height.
  for (const [node] of svg.matchAll(/<g id="node.*?<\/g>/gs)) {
    const [, , ends] = / (points|d)="([^"]*)"/.exec(node)!;
    const across = [...ends!.matchAll(/(-?[\d.]+),/g)].map(([, x]) => Number(x));
    const width = Math.max(...across) - Math.min(...across);
    const texts = [...node.matchAll(/font-family="Courier,monospace".*?>(.*?)<\/text>/g)];
    expect(texts).toHaveLength(2);
    for (const [, text] of texts) expect(text!.length * 14 * (1233 / 2048)).toBeLessThan(width - 8);
  }
  const nowhere = join(root, "no", "graph.svg");
  const { code, stderr } = await run(`--data ${path} ${quick} --graph ${nowhere}`);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^--graph: cannot write ".*graph.svg": ENOENT/);
});

describe("files that are refused", () => {
  const trainImages = "train-images-idx3-ubyte";
  const trainLabels = "train-labels-idx1-ubyte";
  test.each<[string, Readonly<Record<string, Uint8Array | undefined>>, string]>([
    [
      "missing",
      { [trainLabels]: undefined },
      "has neither train-labels-idx1-ubyte nor train-labels-idx1-ubyte.gz.",
    ],
    [
      "truncated",
      { [trainImages]: images.subarray(0, 1000) },
      "the file is truncated: shape [40, 28, 28] needs 31360 bytes after the header, received 984. Fetch it again.",
    ],
    [
      "too-long",
      { [trainLabels]: Uint8Array.from([...labels, 0]) },
      "the file is too long: shape [40] needs 40 bytes after the header, received 41.",
    ],
    ["header-only", { [trainImages]: images.subarray(0, 6) }, "the file ends inside its header"],
    ["empty-file", { [trainImages]: new Uint8Array() }, "the file ends inside its header"],
    [
      "no-idx",
      { "t10k-images-idx3-ubyte": new TextEncoder().encode("<!doctype html>") },
      "not an IDX file: it must begin with 00 00, received 3c 21. It looks like a web page",
    ],
    [
      "magic",
      { [trainLabels]: Uint8Array.from([0, 0, 7, 1, 0, 0, 0, 0]) },
      "unknown element type 0x07.",
    ],
    [
      "swapped",
      { [trainImages]: labels, [trainLabels]: images },
      "This looks like the labels file: swap them.",
    ],
    [
      "counts",
      {
        [trainLabels]: idx(
          [39],
          Array.from({ length: 39 }, () => 1),
        ),
      },
      "the files do not belong together: 40 images, 39 labels.",
    ],
    [
      "label-range",
      {
        [trainLabels]: idx(
          [count],
          Array.from({ length: count }, () => 10),
        ),
      },
      "labels must be from 0 to 9: received 10 at position 0.",
    ],
    [
      "no-images",
      { [trainImages]: idx([0, 28, 28], []), [trainLabels]: idx([0], []) },
      "hold no images.",
    ],
    [
      "small-images",
      { [trainImages]: idx([count, 8, 8], pixels(count, 8)) },
      "are 8x8, but these networks read 28x28.",
    ],
    [
      "damaged-gzip",
      { [trainImages]: undefined, [`${trainImages}.gz`]: gzipSync(images).subarray(0, 500) },
      "gzip",
    ],
  ])("%s", async (name, changes, message) => {
    const path = await folder(name, changes);
    const { code, stdout, stderr } = await run(`--data ${path} ${quick}`);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr).toContain(path);
    expect(stderr.trimEnd()).not.toMatch(/\n|    at /);
  });

  test("a folder that is not there", async () => {
    const path = join(root, "nowhere");
    expect(await run(`--data ${path}`)).toEqual({
      code: 2,
      stdout: "",
      stderr: `--data: there is no folder ${path}. Name one with MNIST's four files.\n`,
    });
  });

  test("a file in place of the folder", async () => {
    const path = join(root, "file");
    await writeFile(path, "");
    expect(await run(`--data ${path}`)).toEqual({
      code: 2,
      stdout: "",
      stderr: `--data: ${path} is not a folder. Name the one with MNIST's four files.\n`,
    });
  });

  test("a folder in place of a file", async () => {
    const path = await folder("folder-as-file", { [trainImages]: undefined });
    await mkdir(join(path, trainImages));
    const { code, stderr } = await run(`--data ${path}`);
    expect(code).toBe(2);
    expect(stderr).toBe(`--data: cannot read ${trainImages} in ${path}: EISDIR.\n`);
  });
});

describe("other mistakes", () => {
  test("flags", async () => {
    expect(await run("--bogus")).toEqual({
      code: 2,
      stdout: "",
      stderr: "Unknown option '--bogus'. See --help.\n",
    });
    expect(await run("--batch-size 0")).toMatchObject({ code: 2, stdout: "" });
  });

  test("a learning rate that makes the loss overflow", async () => {
    const { code, stderr } = await run(
      "--model mlp --optimizer sgd --learning-rate 1e30 --examples 640",
    );
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^training: the loss is \S+ after \d+ examples\. Try a smaller --learning-rate\.\n$/,
    );
  });
});

describe("a run", () => {
  const line = "--model mlp --examples 2400 --epochs 3 --batch-size 32 --seed 3 --json";
  let first: Run;
  beforeAll(async () => {
    first = await run(line);
  }, 60_000);

  test("learns", () => {
    const { code, stdout, stderr } = first;
    expect(code).toBe(0);
    expect(stdout.split("\n")).toHaveLength(2);
    expect(stderr).toContain("drawn digits: 2400 to learn from, 2000 to test on");
    expect(stderr).toContain("true 0");
    expect(stderr.match(/read as \d/g)).toHaveLength(6);
    // eslint-disable-next-line no-control-regex
    expect(stderr).not.toMatch(/[\r\u001b]/);
    for (const text of stderr.split("\n")) expect(text.length).toBeLessThanOrEqual(100);
  });

  test("ends with a line of JSON", () => {
    const json = lastLine(first);
    expect(Object.keys(json)).toEqual(["testAccuracy", "seconds", "backend"]);
    expect(json.testAccuracy).toBeGreaterThan(0.85);
    expect(json.testAccuracy).toBeLessThanOrEqual(1);
    expect(json.seconds).toBeGreaterThan(0);
    expect(json.backend).toBe("cpu");
  });

  test("with the same seed gives the same numbers", async () => {
    const [a, b] = [first, await run(line)];
    expect(lastLine(b).testAccuracy).toBe(lastLine(a).testAccuracy);
    // Losses, accuracies, pictures and matrix; not the times.
    const timeless = (text: string): string =>
      text.replaceAll(/ *\d+ examples\/s .*| after [\d.]+ s/g, "");
    expect(timeless(b.stderr)).toBe(timeless(a.stderr));
  });

  test.each(["sgd", "momentum", "nesterov"])("%s learns too", async (optimizer) => {
    const result = await run(
      `--model mlp --examples 2000 --batch-size 16 --optimizer ${optimizer} --json`,
    );
    expect(lastLine(result).testAccuracy).toBeGreaterThan(0.4);
  });

  test("the convolutional network starts to learn", async () => {
    const result = await run("--examples 960 --batch-size 32 --json");
    expect(lastLine(result).testAccuracy).toBeGreaterThan(0.2);
  });

  test("the last batch may be short", async () => {
    expect(await run("--model mlp --examples 65")).toMatchObject({ code: 0 });
    expect(await run("--model mlp --examples 1 --batch-size 65536")).toMatchObject({ code: 0 });
  });

  test("the reference backend", async () => {
    const result = await run("--backend reference --model mlp --examples 40 --json");
    expect(lastLine(result).backend).toBe("reference");
  }, 60_000);
});

describe("stopping", () => {
  test("before it starts", async () => {
    const { code, stdout } = await run("--model mlp", AbortSignal.abort());
    expect(code).toBe(130);
    expect(stdout).toMatch(/\nStopped after 0 examples\.\n$/);
  });

  test("while it trains, by the event loop", async () => {
    const interruption = new AbortController();
    const timer = setTimeout(() => interruption.abort(), 200);
    const { code, stdout } = await run("--model mlp --examples 200000", interruption.signal);
    clearTimeout(timer);
    expect(code).toBe(130);
    expect(stdout).toMatch(/\nStopped after \d+ examples\.\n$/);
    expect(stdout).not.toContain("test accuracy");
  });
});

const mnist = join(import.meta.dirname, "../../../../shared/data/mnist");
const hasMnist = existsSync(mnist);
if (!hasMnist) process.stdout.write("MNIST skipped: data folder absent\n");
test.skipIf(!hasMnist)("MNIST", { timeout: 120_000 }, async () => {
  const result = await run(`--data ${mnist} --model mlp --batch-size 512 --json`);
  expect(result.stderr).toContain("60000 to learn from, 10000 to test on");
  expect(lastLine(result).testAccuracy).toBeGreaterThan(0.9);
});

// In the other projects `dist` may be older than the source, or not there.
describe("the built program", () => {
  const built = join(import.meta.dirname, "../dist/main.js");
  const spawnedWith = (
    env: NodeJS.ProcessEnv,
    ...args: string[]
  ): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, [built, ...args], { encoding: "utf8", env });
  const spawned = (...args: string[]) => spawnedWith(process.env, ...args);

  test("tells a mistake in one line", ({ task, skip }) => {
    skip(task.file.projectName !== "built", "only after a build");
    const { status, stdout, stderr } = spawned("--batch-size", "0");
    expect({ status, stdout, stderr }).toEqual({
      status: 2,
      stdout: "",
      stderr: '--batch-size must be a whole number from 1 to 65536: received "0".\n',
    });
  });

  test("says in one line that the disk is full", ({ task, skip }) => {
    skip(task.file.projectName !== "built", "only after a build");
    skip(!existsSync("/dev/full"), "only Linux has a full disk at hand");
    const full = openSync("/dev/full", "w");
    const { status, stderr } = spawnSync(process.execPath, [built, "--examples", "64"], {
      encoding: "utf8",
      stdio: ["ignore", full, "pipe"],
    });
    closeSync(full);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr:
        "The output cannot be written: ENOSPC: no space left on device, write. Make room, or write to another place.\n",
    });
    const graph = spawned("--examples", "64", "--graph", "/dev/full");
    expect(graph.status).toBe(2);
    expect(graph.stderr).toBe(
      '--graph: cannot write "/dev/full": ENOSPC: no space left on device, write. Give a file in a folder that exists and has room.\n',
    );
  });

  test("trains", ({ task, skip }) => {
    skip(task.file.projectName !== "built", "only after a build");
    const { status, stdout } = spawned("--model", "mlp", "--examples", "320", "--json");
    expect(status).toBe(0);
    expect((JSON.parse(stdout) as Json).backend).toBe("cpu");
  });

  test(
    "trains on webgpu with the driver it finds, and ends",
    { timeout: 120_000 },
    ({ task, skip }) => {
      skip(task.file.projectName !== "built", "only after a build");
      const { VK_ICD_FILENAMES: _, ...env } = process.env;
      const args = ["--backend", "webgpu", "--model", "mlp", "--examples", "64", "--json"];
      const { status, stdout, stderr } = spawnedWith(env, ...args);
      const isRequired = process.env["REQUIRED_BACKENDS"]?.includes("webgpu") ?? false;
      skip(stderr.includes("found no adapter") && !isRequired, "no GPU driver");
      expect({ status, stderr }).toEqual({
        status: 0,
        stderr: expect.stringMatching(/^WebGPU on .+$/m),
      });
      expect((JSON.parse(stdout) as Json).backend).toBe("webgpu");
    },
  );

  test("says what to do where there is no GPU driver", ({ task, skip }) => {
    skip(task.file.projectName !== "built", "only after a build");
    skip(process.platform !== "linux", "only Vulkan drivers are named by the environment");
    const env = { ...process.env, VK_ICD_FILENAMES: "/nowhere.json" };
    const { status, stdout, stderr } = spawnedWith(env, "--backend", "webgpu");
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/^webgpu: the engine found no adapter\. Install a .+ cpu backend\.$/m);
  });
});
