import { gradcheck, gradgradcheck } from "@dl/autograd";
import { reference } from "@dl/backend-reference";
import type { Backend, DType } from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import { describe, expect, it } from "vitest";
import {
  backends,
  expectClose,
  readCases,
  tensorOf,
  type Numbers,
} from "../../test/read-fixtures.ts";
import * as nn from "../index.ts";

interface LossCase {
  readonly name: string;
  readonly inputs: readonly Numbers[];
  readonly options: Readonly<Record<string, number | boolean | Numbers>>;
  readonly results: Readonly<
    Record<
      "mean" | "sum" | "none",
      {
        readonly value: Numbers;
        readonly cotangent: Numbers;
        readonly gradients: readonly (Numbers | null)[];
      }
    >
  >;
}
type Loss = (...inputs: unknown[]) => Tensor;

/** By the names in the fixtures. */
const losses = {
  binaryCrossEntropy: nn.binaryCrossEntropy,
  binaryCrossEntropyWithLogits: nn.binaryCrossEntropyWithLogits,
  cosineEmbeddingLoss: nn.cosineEmbeddingLoss,
  crossEntropy: nn.crossEntropy,
  gaussianNegativeLogLikelihood: nn.gaussianNegativeLogLikelihood,
  hingeEmbeddingLoss: nn.hingeEmbeddingLoss,
  huberLoss: nn.huberLoss,
  klDivergenceLoss: nn.klDivergenceLoss,
  marginRankingLoss: nn.marginRankingLoss,
  meanAbsoluteError: nn.meanAbsoluteError,
  meanSquaredError: nn.meanSquaredError,
  multiMarginLoss: nn.multiMarginLoss,
  negativeLogLikelihood: nn.negativeLogLikelihood,
  poissonNegativeLogLikelihood: nn.poissonNegativeLogLikelihood,
  smoothL1Loss: nn.smoothL1Loss,
  tripletMarginLoss: nn.tripletMarginLoss,
} as unknown as Readonly<Record<string, Loss>>;

function optionsOf({ options }: LossCase, backend: Backend, dtype: DType): Record<string, unknown> {
  const tensorsMade = Object.entries(options).map(([name, value]) => [
    name,
    typeof value === "object" ? tensorOf(value, backend, dtype) : value,
  ]);
  return Object.fromEntries(tensorsMade) as Record<string, unknown>;
}

const cases = readCases<LossCase>("losses");
const named = cases.map((fixture) => {
  const options = Object.keys(fixture.options).join(", ");
  const shapes = fixture.inputs.map(({ shape }) => `[${shape.join(", ")}]`).join(" ");
  return [`${fixture.name} ${shapes} ${options}`, fixture] as const;
});

describe("losses", () => {
  it("have a fixture each", () => {
    expect([...new Set(cases.map(({ name }) => name))].toSorted()).toEqual(Object.keys(losses));
  });

  describe.each(backends)("equal PyTorch's on %s", (_name, make) => {
    it.each(named)("%s", async (_title, fixture) => {
      const backend = await make();
      const options = optionsOf(fixture, backend, "float32");
      for (const reduction of ["mean", "sum", "none"] as const) {
        const { value, cotangent, gradients } = fixture.results[reduction];
        const inputs = fixture.inputs.map((numbers) => tensorOf(numbers, backend));
        for (const x of inputs) if (x.dtype === "float32") x.requiresGrad = true;
        const loss = losses[fixture.name]!(...inputs, { ...options, reduction });
        await expectClose(loss, value, reduction);
        loss.mul(tensorOf(cotangent, backend)).sum().backward();
        for (const [i, gradient] of gradients.entries())
          if (gradient !== null)
            await expectClose(inputs[i]!.grad!, gradient, `${reduction}, gradient of input ${i}`);
      }
    });
  });

  describe("have the gradients of finite differences", () => {
    // At probabilities of 0 and 1, and at a variance below its bound, PyTorch's gradient is its own.
    const smooth = named.filter(
      ([title]) => !title.includes("[1, 5]") && !title.includes("epsilon"),
    );
    it.each(smooth)("%s", async (_title, fixture) => {
      const backend = reference();
      const options = optionsOf(fixture, backend, "float64");
      const inputs = fixture.inputs.map((numbers) => tensorOf(numbers, backend, "float64"));
      // Targets of 1 and -1 are a choice, not numbers to vary.
      const varies = fixture.inputs.map(
        ({ dtype, data }) => dtype === "float32" && data.some((x) => Math.abs(x) !== 1),
      );
      const floats = inputs.filter((_, i) => varies[i]);
      const loss = (...given: Tensor[]): Tensor => {
        let next = 0;
        const all = inputs.map((x, i) => (varies[i] ? given[next++]! : x));
        return losses[fixture.name]!(...all, { ...options, reduction: "none" });
      };
      await gradcheck(loss, floats, { directions: 2 });
      await gradgradcheck(loss, floats, { directions: 1 });
    });
  });
});
