import { decodeImage } from "@dl/formats/node";
import { ProceduralFaces } from "@dl/data";
import { encodePng } from "@dl/formats";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { capturedRun as run } from "../../test/captured-run.ts";
import { outlineOf } from "../pictures/counterparts.ts";

let root = "";
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "dl-games-"));
  // Judges are kept here and not among the user's files.
  vi.stubEnv("XDG_CACHE_HOME", root);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true });
});

const small = "--examples 48 --batch-size 16 --epochs 1 --seed 3 --json";
const rows = { dcgan: 7, sngan: 7, stylegan: 7, pix2pix: 4, cyclegan: 5 };

describe.each(Object.entries(rows))("%s", (model, count) => {
  test("plays, is judged, and shows what it makes", { timeout: 120_000 }, async () => {
    const file = join(root, `${model}.png`);
    const { code, stdout, stderr } = await run(`--model ${model} ${small} --samples ${file}`);
    expect(code, stderr).toBe(0);
    const figures = JSON.parse(stdout) as Record<string, number>;
    expect(Object.keys(figures)).toEqual([
      "frechetDistance",
      "frechetFloor",
      "classEntropy",
      "rarestClass",
      "verdict",
      "seconds",
      "backend",
    ]);
    expect(figures["frechetDistance"]).toBeGreaterThan(figures["frechetFloor"]!);
    expect(figures["classEntropy"]).toBeLessThanOrEqual(Math.log(10) + 1e-9);
    expect(stderr).toMatch(
      /D \d\.\d+ {2}G -?\d+\.\d+ .*(learning|healthy|wins|collapsed|generator|memorises|explodes) .*pictures\/min/,
    );
    const { width, height, data } = await decodeImage(await readFile(file));
    expect([width, height]).toEqual([2 + 8 * 30, 2 + count * 30]);
    expect(Math.max(...data.filter((_, i) => i % 4 === 0))).toBeGreaterThan(20);
  });
});

test("the judge learns once, and is kept", { timeout: 120_000 }, async () => {
  const line = `--model dcgan ${small}`;
  await run(line);
  expect((await run(line)).stderr).not.toContain("learns their");
  const kept = (await readdir(join(root, "dl-train"))).find((name) => name.endsWith(".npz"));
  await writeFile(join(root, "dl-train", kept!), "no judge");
  expect((await run(line)).code).toBe(0);
});

test("losses and penalties by name", { timeout: 120_000 }, async () => {
  const outputs = new Set<string>();
  for (const more of ["--loss wasserstein --penalty gradient", "--loss hinge", "--penalty r1"])
    outputs.add((await run(`--model dcgan ${small} ${more}`)).stdout.slice(0, 40));
  expect(outputs.size).toBe(3);
});

test("two folders, of pairs or of two kinds", { timeout: 120_000 }, async () => {
  const [from, to] = [join(root, "from"), join(root, "to")];
  await Promise.all([from, to].map((folder) => mkdir(folder)));
  const faces = new ProceduralFaces({ length: 80 });
  for (let i = 0; i < faces.length; i++) {
    const { inputs } = faces.get(i);
    await writeFile(join(from, `${i}.png`), await encodePng(outlineOf(inputs)));
    await writeFile(join(to, `${i}.png`), await encodePng(inputs));
  }
  const folders = `--data ${from} --targets ${to} --batch-size 24 --epochs 1 --json`;
  for (const model of ["pix2pix", "cyclegan"]) {
    const { code, stderr } = await run(`--model ${model} ${folders}`);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain("72 to learn from, 8 to test on");
  }
  // Beside the pictures that it judges.
  expect((await readdir(to)).some((name) => name.startsWith("judge-"))).toBe(true);
  await rm(join(to, "3.png"));
  const { code, stderr } = await run(`--model pix2pix ${folders}`);
  expect(code).toBe(2);
  expect(stderr).toContain("has no 3.png, but pairs have one name in both folders");
});

test.each([
  ["--model vae --loss hinge", "--loss needs dcgan or sngan or"],
  ["--model cyclegan --penalty r1", "--penalty needs dcgan or sngan or stylegan"],
  ["--model dcgan --targets x", "--targets needs pix2pix or cyclegan: received it for dcgan."],
  ["--model dcgan --loss huber", "--loss must be minimax or non-saturating or"],
])("%s", async (line, message) => {
  const { code, stderr } = await run(line);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});
