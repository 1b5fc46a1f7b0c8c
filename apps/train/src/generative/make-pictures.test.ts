import { decodeImage } from "@dl/formats/node";
import { ProceduralFaces } from "@dl/data";
import { encodePng } from "@dl/formats";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { capturedRun as run, type CapturedRun as Run } from "../../test/captured-run.ts";

let root = "";
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "dl-pictures-"));
});
afterAll(() => rm(root, { recursive: true }));

interface Figures {
  readonly testBound: number | null;
  readonly reconstruction: number;
  readonly kl: number | null;
  readonly activeUnits: number;
  readonly seconds: number;
  readonly backend: string;
}
const figuresOf = ({ stdout }: Run): Figures => JSON.parse(stdout) as Figures;

const small = "--examples 256 --batch-size 32 --seed 3 --json";

describe.each(["autoencoder", "vae", "vae-conv", "vq-vae"])("%s", (model) => {
  let first: Run;
  const file = (): string => join(root, `${model}.png`);
  beforeAll(async () => {
    first = await run(`--model ${model} ${small} --epochs 2 --samples ${file()}`);
  }, 120_000);

  test("ends with a line of figures", () => {
    expect(first.code).toBe(0);
    const figures = figuresOf(first);
    expect(Object.keys(figures)).toEqual([
      "testBound",
      "reconstruction",
      "kl",
      "activeUnits",
      "seconds",
      "backend",
    ]);
    const { testBound, reconstruction, kl, activeUnits } = figures;
    if (model === "autoencoder") expect([testBound, kl]).toEqual([null, null]);
    else expect(testBound).toBeCloseTo(reconstruction - kl!, 6);
    expect(activeUnits).toBeGreaterThan(0);
    expect(figures.backend).toBe("cpu");
  });

  test("shows how it goes and what it makes", () => {
    expect(first.stderr).toContain("drawn digits: 256 to learn from, 256 to test on");
    expect(first.stderr).toMatch(/pictures\/s .*\d:\d\d left/);
    const shown = model.startsWith("vae")
      ? ["bound -", "reconstruction -", "KL ", "KL of each number of the latent:\nepoch   1"]
      : ["error 0."];
    const captions = ["new pictures", "not learnt from", "made again", "on the way from the first"];
    for (const text of [...shown, ...captions]) expect(first.stderr).toContain(text);
    for (const line of first.stderr.split("\n")) expect(line.length).toBeLessThanOrEqual(120);
  });

  test("writes pictures: three rows of new ones, test pictures, the same again, a walk", async () => {
    const { width, height, data } = await decodeImage(await readFile(file()));
    expect([width, height]).toEqual([2 + 8 * 30, 2 + 6 * 30]);
    expect(Math.max(...data.filter((_, i) => i % 4 === 0))).toBeGreaterThan(100);
  });

  test("with the same seed gives the same figures", async () => {
    const [a, b] = [first, await run(`--model ${model} ${small} --epochs 2`)].map(figuresOf);
    expect({ ...b, seconds: 0 }).toEqual({ ...a, seconds: 0 });
  }, 120_000);
});

test("a variational autoencoder learns digits", { timeout: 120_000 }, async () => {
  const line = (epochs: number): string =>
    `--model vae --examples 1024 --batch-size 32 --epochs ${epochs} --json`;
  const [less, more] = [await run(line(1)), await run(line(8))].map(figuresOf);
  expect(more!.testBound!).toBeGreaterThan(less!.testBound! + 15);
});

test(
  "coloured pictures are normal around what the decoder gives",
  { timeout: 120_000 },
  async () => {
    const result = await run(`--model vae-conv --data faces ${small} --epochs 2`);
    expect(result.stderr).toContain("drawn faces: 256 to learn from, 256 to test on");
    // Over 3,072 numbers, each known to about a tenth, densities may exceed 1: the bound has no sign.
    expect(Number.isFinite(figuresOf(result).testBound)).toBe(true);
  },
);

test("a folder of pictures", { timeout: 120_000 }, async () => {
  const folder = join(root, "faces");
  await mkdir(folder);
  const faces = new ProceduralFaces({ length: 20 });
  for (let i = 0; i < faces.length; i++)
    await writeFile(join(folder, `${i}.png`), await encodePng(faces.get(i).inputs));
  const result = await run(`--model autoencoder --data ${folder} --batch-size 6 --json`);
  expect(result).toMatchObject({ code: 0 });
  expect(result.stderr).toContain("18 to learn from, 2 to test on");
});

describe("mistakes", () => {
  test.each([
    ["--model vae --data nowhere", /^--data: there is no folder .*nowhere\./],
    ["--model cnn --data faces", /^--data faces: faces have no classes to read\./],
  ])("%s", async (line, message) => {
    const { code, stderr } = await run(line);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  test("a folder with one picture, or none", async () => {
    const folder = join(root, "one");
    await mkdir(folder);
    expect((await run(`--model vae --data ${folder}`)).stderr).toContain("there is no image");
    const { inputs } = new ProceduralFaces({ length: 1 }).get(0);
    await writeFile(join(folder, "1.png"), await encodePng(inputs));
    const { code, stderr } = await run(`--model vae --data ${folder}`);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^--data: .* has 1 picture, but one to learn from and one to test on are needed\./,
    );
  });

  test("a file that cannot be written is told of before training", async () => {
    const { code, stderr } = await run(
      `--model vae ${small} --samples ${join(root, "no", "x.png")}`,
    );
    expect(code).toBe(2);
    expect(stderr).toMatch(/^--samples: cannot write ".*x\.png": ENOENT/);
    expect(stderr).not.toContain("pictures/s");
  });

  test("a learning rate that makes the loss overflow", async () => {
    const { code, stderr } = await run(`--model vae ${small} --optimizer sgd --learning-rate 1e30`);
    expect(code).toBe(2);
    expect(stderr).toMatch(/training: the loss is \S+ after \d+ examples\. Try a smaller/);
  });
});

test("stops when it is asked to", async () => {
  const interruption = new AbortController();
  const timer = setTimeout(() => interruption.abort(), 300);
  const { code, stdout } = await run(
    "--model vae --examples 2000 --epochs 500",
    interruption.signal,
  );
  clearTimeout(timer);
  expect(code).toBe(130);
  expect(stdout).toMatch(/\nStopped after \d+ pictures\.\n$/);
});

const mnist = join(import.meta.dirname, "../../../../../shared/data/mnist");
const hasMnist = existsSync(mnist);
if (!hasMnist) process.stdout.write("MNIST skipped: data folder absent\n");
test.skipIf(!hasMnist)("MNIST, one pass", { timeout: 240_000 }, async () => {
  const result = await run(`--model vae --data ${mnist} --epochs 1 --json`);
  expect(result.stderr).toContain("60000 to learn from, 10000 to test on");
  expect(figuresOf(result).testBound!).toBeGreaterThan(-140);
});
