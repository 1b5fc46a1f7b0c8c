import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cpu } from "@dl/backend-cpu";
import { frechetDistance } from "@dl/generator";
import { configure, Generator, normal, type Tensor } from "@dl/tensor";
import { beforeAll, expect, it } from "vitest";
import { linePlot, type Point } from "../course/plot/line-plot.ts";

const path = join(import.meta.dirname, "../../../generator/frechet-bias.svg");
const width = 32;

beforeAll(async () => {
  configure({ backend: await cpu() });
});

it("the README's picture shows what is measured; with DL_COURSE=write it is written anew", async () => {
  const generator = new Generator(1);
  const draw = (count: number): Tensor => normal([count, width], { generator });
  const measured: Point[] = [];
  const told: Point[] = [];
  for (let count = 16; count <= 8192; count *= 2) {
    const { distance, bias } = await frechetDistance(draw(count), draw(count));
    measured.push([count, distance]);
    told.push([count, bias]);
    if (count > width) expect(Math.abs(bias / distance - 1)).toBeLessThan(0.25);
  }
  const picture = linePlot({
    title: `Fréchet distance of samples that are right, ${width} features`,
    x: { label: "samples on either side", log: true },
    y: { label: "distance", log: true },
    series: [
      { name: "measured", points: measured, marks: "both" },
      { name: "bias, as told", points: told, dashed: true },
    ],
  });
  if (process.env["DL_COURSE"] === "write") writeFileSync(path, picture);
  expect(readFileSync(path, "utf8")).toBe(picture);
});
