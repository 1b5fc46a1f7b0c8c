import { expect, it } from "vitest";
import { gammaShare, logGammaSlope } from "./incomplete-gamma.ts";

// By mpmath with 60 digits, central differences: concentration, ln of a number, and how that logarithm moves with the
// concentration while its share stays.
const rows = [
  [0.0001, -103601.5919986951, 1036010149.4751159],
  [0.0001, -7762.123060724938, 77615460.09541424],
  [0.0001, -1.203972804325936, 12226.559585324965],
  [0.3, -34.89425432011717, 115.7502114375013],
  [0.3, -2.9477646741271126, 9.75153805468493],
  [0.3, -0.5910608837336482, 3.7818054974042363],
  [1.0, -8.987196820661973, 9.410600556258828],
  [1.0, -0.46801274542974364, 1.462317584628099],
  [1.0, 0.9855122009161081, 0.6904821806732787],
  [10.0, 0.601729503783931, 0.21122492371482152],
  [10.0, 2.2369154485711085, 0.1050567663164129],
  [10.0, 2.714041857376353, 0.08218895306027622],
  [100.0, 4.172019033627404, 0.012342042968666159],
  [100.0, 4.591807134939951, 0.010083758806751044],
  [100.0, 4.748364394451661, 0.009316618023700868],
  [90000.0, 11.39419817802386, 1.1185557100683463e-5],
  [90000.0, 11.40722789334162, 1.1113004329095855e-5],
  [90000.0, 11.412557089726173, 1.1083420597943852e-5],
  [110000.0, 11.596147840862507, 9.145978204527298e-6],
  [110000.0, 11.607931087668296, 9.092307287875808e-6],
  [110000.0, 11.612751883531628, 9.070409927772499e-6],
  [1000000.0, 13.811507555146475, 1.0020030037449315e-6],
  [1000000.0, 13.815410222953107, 1.000050335019553e-6],
  [1000000.0, 13.817009849922458, 9.992507078856953e-7],
] as const;

it.each(rows)("slope at concentration %d, logarithm %d", (concentration, logarithm, expected) => {
  const slope = logGammaSlope(concentration, logarithm);
  expect(Math.abs(slope / expected - 1)).toBeLessThan(
    1e-12 * Math.max(10, Math.sqrt(concentration)),
  );
});

it("gives shares as scipy.special.gammainc does, and their slopes", () => {
  expect(gammaShare(2.5, 1).share).toBeCloseTo(0.15085496391539038, 14);
  expect(gammaShare(2.5, 9).share).toBeCloseTo(0.9970535954121197, 14);
  const step = 1e-5;
  for (const z of [1, 2.4, 9]) {
    const difference = gammaShare(2.5 + step, z).share - gammaShare(2.5 - step, z).share;
    expect(gammaShare(2.5, z).slope).toBeCloseTo(difference / (2 * step), 9);
  }
});

it("knows the edges", () => {
  expect(gammaShare(2, 0)).toEqual({ share: 0, slope: 0 });
  expect(gammaShare(2, -1)).toEqual({ share: 0, slope: 0 });
  expect(gammaShare(2, Infinity)).toEqual({ share: 1, slope: 0 });
  for (const [a, z] of [
    [0, 1],
    [-1, 1],
    [2, NaN],
  ] as const)
    expect(gammaShare(a, z)).toEqual({ share: NaN, slope: NaN });
});
