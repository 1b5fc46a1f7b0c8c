import { gradcheck, gradgradcheck, gradientsOf } from "@dl/autograd";
import { reference } from "@dl/backend-reference";
import {
  configure,
  eye,
  Generator,
  matmul,
  matrixTranspose,
  normal,
  tensor,
  tril,
  zeros,
  type Tensor,
} from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { klDivergence } from "../kl-divergence.ts";
import { LowRankMultivariateNormal } from "./low-rank-multivariate-normal.ts";
import { MultivariateNormal } from "./multivariate-normal.ts";

beforeAll(() => {
  configure({ backend: reference() });
});

const at = (value: Parameters<typeof tensor>[0]): Tensor => tensor(value, { dtype: "float64" });
const loc = (): Tensor =>
  at([
    [0.5, -1],
    [0, 2],
  ]);
const factor = (): Tensor =>
  at([
    [1.25, 0],
    [-0.5, 0.75],
  ]);
const value = (): Tensor =>
  at([
    [
      [0, 0],
      [1, 1.5],
    ],
    [
      [-1, 0.5],
      [2, 2],
    ],
    [
      [1, 1],
      [0, 3],
    ],
  ]);

async function expectAlike(received: Tensor, expected: Tensor): Promise<void> {
  expect(received.shape).toEqual(expected.shape);
  expect(await received.sub(expected).abs().amax().item()).toBeLessThan(1e-9);
}

describe("the three ways to say a spread", () => {
  it("agree", async () => {
    const covarianceMatrix = matmul(factor(), matrixTranspose(factor()));
    const first = new MultivariateNormal(loc(), { scaleTril: factor() });
    const second = new MultivariateNormal(loc(), { covarianceMatrix });
    const third = new MultivariateNormal(loc(), { precisionMatrix: first.precisionMatrix });
    for (const other of [second, third]) {
      await expectAlike(other.scaleTril.expand([2, 2, 2]), factor().expand([2, 2, 2]));
      await expectAlike(other.logProb(value()), first.logProb(value()));
    }
    await expectAlike(third.covarianceMatrix, covarianceMatrix.expand([2, 2, 2]));
  });

  it("what is above the diagonal of a factor is not read", async () => {
    const filled = factor().add(
      at([
        [0, 9],
        [0, 0],
      ]),
    );
    const [plain, other] = [factor(), filled].map(
      (scaleTril) => new MultivariateNormal(loc(), { scaleTril }),
    );
    await expectAlike(other!.logProb(value()), plain!.logProb(value()));
    await expectAlike(other!.covarianceMatrix, plain!.covarianceMatrix);
    await expectAlike(other!.variance, plain!.variance);
  });

  it.each([
    [{}, "received none"],
    [{ scaleTril: 1, covarianceMatrix: 1 }, "received covarianceMatrix and scaleTril"],
  ])("%j is refused", (given, message) => {
    const spread = Object.fromEntries(Object.keys(given).map((name) => [name, factor()]));
    expect(() => new MultivariateNormal(loc(), spread as never)).toThrow(
      `MultivariateNormal: needs exactly one of covarianceMatrix, precisionMatrix and scaleTril: ${message}.`,
    );
  });

  it("a matrix of another size, and a scalar mean, are refused", () => {
    expect(
      () => new MultivariateNormal(loc(), { scaleTril: eye(3, 3, { dtype: "float64" }) }),
    ).toThrow(
      "MultivariateNormal: scaleTril must be [...batch, 2, 2] for a loc of [2, 2]: received [3, 3].",
    );
    expect(() => new MultivariateNormal(at(1), { scaleTril: factor() })).toThrow(
      "MultivariateNormal: loc must be [...batch, n] with n of at least 1: received [].",
    );
  });

  it("a singular covariance is refused, naming the pivot", () => {
    expect(
      () =>
        new MultivariateNormal(zeros([2]), {
          covarianceMatrix: tensor([
            [1, 1],
            [1, 1],
          ]),
        }),
    ).toThrow(
      "cholesky: the matrix is not positive definite: pivot 1 is 0. Add a small multiple of the identity",
    );
  });
});

describe("low rank", () => {
  const w = (): Tensor => at([[1], [-0.5]]);
  const d = (): Tensor => at([0.5, 0.75]);
  const wide = (): MultivariateNormal =>
    new MultivariateNormal(loc(), {
      covarianceMatrix: new LowRankMultivariateNormal(loc(), w(), d()).covarianceMatrix,
    });

  it("is the full normal of its covariance", async () => {
    const narrow = new LowRankMultivariateNormal(loc(), w(), d());
    await expectAlike(narrow.logProb(value()), wide().logProb(value()));
    await expectAlike(narrow.entropy(), wide().entropy());
    await expectAlike(narrow.variance, wide().variance);
    await expectAlike(narrow.precisionMatrix, wide().precisionMatrix);
    await expectAlike(narrow.scaleTril, wide().scaleTril);
  });

  it("diverges as the full normal does", async () => {
    const other = new MultivariateNormal(at([0.25, 0]), { scaleTril: factor() });
    const otherNarrow = new LowRankMultivariateNormal(
      at([0.25, 0]),
      at([[0.5], [0.25]]),
      at([1, 2]),
    );
    const otherWide = new MultivariateNormal(at([0.25, 0]), {
      covarianceMatrix: otherNarrow.covarianceMatrix,
    });
    const narrow = new LowRankMultivariateNormal(loc(), w(), d());
    await expectAlike(klDivergence(narrow, other), klDivergence(wide(), other));
    await expectAlike(klDivergence(other, narrow), klDivergence(other, wide()));
    await expectAlike(klDivergence(narrow, otherNarrow), klDivergence(wide(), otherWide));
  });

  it("shapes that do not fit are refused", () => {
    expect(() => new LowRankMultivariateNormal(loc(), at([[1], [2], [3]]), d())).toThrow(
      "LowRankMultivariateNormal: covFactor must be [...batch, 2, directions]: received [3, 1].",
    );
    expect(() => new LowRankMultivariateNormal(loc(), w(), at([1, 2, 3]))).toThrow(
      "LowRankMultivariateNormal: covDiag must be [...batch, 2]: received [3].",
    );
  });
});

describe("batches", () => {
  it("one factor for all and one for each agree", async () => {
    const all = new MultivariateNormal(loc(), { scaleTril: factor() });
    const each = all.expand([2]);
    expect(each.scaleTril.shape).toEqual([2, 2, 2]);
    await expectAlike(each.logProb(value()), all.logProb(value()));
    expect(all.expand([3, 2]).logProb(value()).shape).toEqual([3, 2]);
    expect(all.expand([3, 2]).entropy().shape).toEqual([3, 2]);
    expect(all.expand([3, 2]).sample([4], { generator: new Generator(1) }).shape).toEqual([
      4, 3, 2, 2,
    ]);
  });
});

it("derivatives of both orders, of densities and of samples", async () => {
  const inputs = [loc(), factor(), value()];
  const density = (mean: Tensor, scaleTril: Tensor, x: Tensor): Tensor =>
    new MultivariateNormal(mean, { scaleTril }).logProb(x);
  const narrow = (mean: Tensor, w: Tensor, d: Tensor): Tensor =>
    new LowRankMultivariateNormal(mean, w, d).logProb(value());
  const samples = (mean: Tensor, scaleTril: Tensor): Tensor =>
    new MultivariateNormal(mean, { scaleTril })
      .rsample([2], { generator: new Generator(1) })
      .square();
  const narrowSamples = (mean: Tensor, w: Tensor, d: Tensor): Tensor =>
    new LowRankMultivariateNormal(mean, w, d)
      .rsample([2], { generator: new Generator(1) })
      .square();
  const low = [loc(), at([[1], [-0.5]]), at([0.5, 0.75])];
  for (const check of [gradcheck, gradgradcheck]) {
    await check(density, inputs);
    await check(narrow, low);
    await check(samples, inputs.slice(0, 2));
    await check(narrowSamples, low);
  }
});

describe("fit", () => {
  const samples = (): Tensor => normal([500, 3], { dtype: "float64", generator: new Generator(1) });

  it("makes the samples as likely as can be: no gradient is left", async () => {
    const x = samples();
    const best = MultivariateNormal.fit(x);
    const mean = best.loc.detach().requireGrad();
    const scaleTril = tril(best.scaleTril).detach().requireGrad();
    const likelihood = new MultivariateNormal(mean, { scaleTril }).logProb(x).mean();
    for (const gradient of gradientsOf(likelihood, [mean, scaleTril]))
      expect(await gradient.abs().amax().item()).toBeLessThan(1e-9);
  });

  it("correction 1 divides by one less; a ridge is added", async () => {
    const x = samples();
    const plain = MultivariateNormal.fit(x).covarianceMatrix;
    await expectAlike(
      MultivariateNormal.fit(x, { correction: 1 }).covarianceMatrix,
      plain.mul(500 / 499),
    );
    const ridged = MultivariateNormal.fit(x, { ridge: 0.5 }).covarianceMatrix;
    await expectAlike(ridged, plain.add(eye(3, 3, { dtype: "float64" }).mul(0.5)));
  });

  it("says what to do where the covariance is singular", async () => {
    expect(() => MultivariateNormal.fit(zeros([3, 3]))).toThrow(
      "MultivariateNormal.fit: 3 samples of 3 numbers have a singular covariance. Give at least 4, or a ridge such as { ridge: 1e-6 }.",
    );
    const doubled = at([
      [1, 1],
      [2, 2],
      [4, 4],
    ]);
    expect(() => MultivariateNormal.fit(doubled)).toThrow(
      /^MultivariateNormal.fit: the covariance of the samples is singular, some numbers determine another or never change: pivot 1 is .*\. Give a ridge such as \{ ridge: 1e-6 \}\.$/,
    );
    expect(
      await MultivariateNormal.fit(doubled, { ridge: 1e-3 })
        .logProb(doubled)
        .isFinite()
        .all()
        .item(),
    ).toBe(1);
  });

  it("refuses what are no rows of samples", () => {
    expect(() => MultivariateNormal.fit(zeros([3]))).toThrow(
      "needs samples [count, n]: received [3].",
    );
    expect(() => MultivariateNormal.fit(zeros([3, 2]), { ridge: -1 })).toThrow(
      "the ridge must be 0 or above: received -1.",
    );
    expect(() => MultivariateNormal.fit(zeros([1, 2]), { correction: 1, ridge: 1 })).toThrow(
      "needs more samples than the correction: received 1 and 1.",
    );
  });
});
