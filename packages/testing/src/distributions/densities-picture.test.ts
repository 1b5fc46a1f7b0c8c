import { cpu } from "@dl/backend-cpu";
import {
  Categorical,
  Gamma,
  Laplace,
  MixtureSameFamily,
  Normal,
  type Distribution,
} from "@dl/distributions";
import { configure, Generator, tensor } from "@dl/tensor";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { linePlot, type Point, type Series } from "../course/plot/line-plot.ts";

const path = join(import.meta.dirname, "../../../distributions/densities.svg");
const [from, to] = [-6, 8];
const binWidth = 0.25;
const count = 20_000;

/** The density as a line, and how many samples fell into each bin as dots. */
async function seriesOf(
  name: string,
  distribution: Distribution,
  color: number,
): Promise<Series[]> {
  const places = Array.from({ length: 281 }, (_, i) => from + ((to - from) * i) / 280);
  const density = await distribution.logProb(tensor(places)).exp().data();
  const samples = await distribution.sample([count], { generator: new Generator(color) }).data();
  const bins = new Array<number>(Math.round((to - from) / binWidth)).fill(0);
  for (const sample of samples) {
    const bin = Math.floor((sample - from) / binWidth);
    if (bin in bins) bins[bin]!++;
  }
  const shares = bins.map((inside, i): Point => [
    from + (i + 0.5) * binWidth,
    inside / (count * binWidth),
  ]);
  // Dots along the axis, where nothing fell, would only hide it.
  const dots = shares.filter(([, share]) => share > 0);
  return [
    { name, color, points: places.map((x, i): Point => [x, density[i]!]) },
    { name: "", color, marks: "dots", points: dots },
  ];
}

it("the picture of the package's README is what the package computes", async () => {
  configure({ backend: await cpu() });
  const families: readonly (readonly [string, Distribution])[] = [
    ["Normal(-3, 0.75)", new Normal(-3, 0.75)],
    ["Laplace(0, 0.8)", new Laplace(0, 0.8)],
    ["Gamma(4, 1.5)", new Gamma(4, 1.5)],
    [
      "a mixture of two",
      new MixtureSameFamily(
        new Categorical({ probs: tensor([0.3, 0.7]) }),
        new Normal(tensor([3, 6]), tensor([0.4, 0.8])),
      ),
    ],
  ];
  const series = await Promise.all(
    families.map(([name, distribution], i) => seriesOf(name, distribution, i)),
  );
  const picture = linePlot({
    title: `Densities, and ${count.toLocaleString("en")} samples of each`,
    x: { label: "x", include: [from, to], fixed: true },
    y: { label: "density", include: [0] },
    series: series.flat(),
  });
  // DL_COURSE=write npm test -- packages/testing/src/distributions/densities-picture.test.ts
  if (process.env["DL_COURSE"] === "write") writeFileSync(path, picture);
  expect(picture).toBe(readFileSync(path, "utf8"));
});
