import { gradientsOf } from "@dl/autograd";
import type { Backend } from "@dl/backend";
import {
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
} from "@dl/conv";
import { tensor, type Tensor } from "@dl/tensor";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { BackendAdapter } from "./adapter.ts";
import {
  ConvolutionOracle,
  count,
  differences,
  sample,
  type Arrays,
  type Convolution,
  type List,
} from "./convolution-oracle.ts";

/** A software adapter compiles many pipelines and may have half a core. */
const patience = 120_000;

const small: readonly Convolution[] = [
  { channels: [1, 1], size: [5], kernel: [3], padding: [1] },
  { channels: [3, 2], size: [9], kernel: [4], padding: [3], stride: [2] },
  { channels: [4, 6], size: [8], kernel: [2], padding: "same", groups: 2 },
  { channels: [2, 2], size: [4], kernel: [3], padding: [4], dilation: [3] },
  { channels: [1, 1], size: [5, 5], kernel: [3, 3], padding: [1, 1] },
  { channels: [2, 5], size: [5, 4], kernel: [3, 2], padding: [2, 0], batch: 5 },
  { channels: [5, 4], size: [7, 6], kernel: [3, 3], padding: [1, 1], stride: [2, 3] },
  { channels: [6, 6], size: [6, 5], kernel: [3, 3], padding: [1, 1], groups: 6, batch: 2 },
  { channels: [4, 2], size: [6, 6], kernel: [3, 2], padding: "same", dilation: [2, 3], groups: 2 },
  { channels: [4, 3], size: [3, 3], kernel: [5, 5], padding: [2, 2] },
  { channels: [4, 5], size: [4, 5], kernel: [2, 2], stride: [2, 2] },
  { channels: [1, 1], size: [3, 3, 3], kernel: [3, 3, 3], padding: [1, 1, 1] },
  { channels: [2, 3], size: [4, 3, 4], kernel: [3, 2, 1], padding: [2, 1, 0], stride: [2, 1, 1] },
  { channels: [2, 4], size: [3, 4, 3], kernel: [2, 3, 2], padding: "same", groups: 2 },
  {
    channels: [2, 2],
    size: [5, 3, 3],
    kernel: [3, 1, 2],
    padding: [2, 0, 1],
    dilation: [2, 1, 2],
    stride: [3, 1, 2],
  },
  { channels: [1, 2], size: [1, 2, 2], kernel: [1, 1, 1], padding: [2, 0, 0], stride: [5, 1, 1] },
];

/** Those that a backend may compute from combined windows. */
const wide: readonly Convolution[] = [
  { channels: [16, 16], size: [12, 12], kernel: [3, 3], padding: [1, 1], batch: 4 },
  { channels: [16, 16], size: [14, 14], kernel: [5, 5], padding: [2, 2], batch: 4 },
  { channels: [16, 16], size: [8, 8], kernel: [4, 4], padding: [1, 1], stride: [2, 2], batch: 16 },
];

const forward = { 1: conv1d, 2: conv2d, 3: conv3d } as const;
const transposed = { 1: convTranspose1d, 2: convTranspose2d, 3: convTranspose3d } as const;
type Call = (inputs: Tensor, weight: Tensor, bias: undefined, options: object) => Tensor;

/** A number for one axis, a list for several. */
const perAxis = (sizes: List | "same" | undefined): unknown =>
  sizes?.length === 1 ? sizes[0] : sizes;

/** What is to be given to the transposed convolution, so that its result has the size of x. */
function outputPadding({ size, kernel, padding, stride, dilation }: Convolution, out: List): List {
  return size.map((cells, axis) => {
    const reach = (dilation?.[axis] ?? 1) * (kernel[axis]! - 1) + 1;
    const sides = typeof padding === "object" ? 2 * padding[axis]! : 0;
    return cells + sides - (out[axis]! - 1) * (stride?.[axis] ?? 1) - reach;
  });
}

/** The result and both gradients. */
async function computed(
  backend: Backend,
  convolution: Convolution,
  oracle: ConvolutionOracle,
  given: Arrays,
  isTransposed: boolean,
): Promise<Arrays> {
  const { stride, padding, dilation, groups = 1, size } = convolution;
  const make = (name: keyof Arrays): Tensor =>
    tensor(given[name], { backend }).reshape(oracle.shapes[name]);
  const [from, to] = isTransposed ? (["y", "x"] as const) : (["x", "y"] as const);
  const [inputs, weight] = [make(from).requireGrad(), make("w").requireGrad()];
  const options = {
    stride: perAxis(stride),
    padding: perAxis(padding),
    dilation: perAxis(dilation),
    groups,
    ...(isTransposed && {
      outputPadding: perAxis(outputPadding(convolution, oracle.shapes.y.slice(2))),
    }),
  };
  const call = (isTransposed ? transposed : forward)[size.length as 1 | 2 | 3] as Call;
  const result = call(inputs, weight, undefined, options);
  const [change, dweight] = gradientsOf(result, [inputs, weight], { gradient: make(to) });
  const [first, second, third] = await Promise.all(
    [result, change!, dweight!].map(async (x) => Array.from(await x.data())),
  );
  const arrays = { x: first!, y: first!, w: third! };
  return { ...arrays, [from]: second! };
}

/**
 * Infinities and NaN in weights, inputs and gradients reach the sums that they belong to and no others: padding is
 * left out, not multiplied by 0.
 *
 * @param mixes whether windows are combined where that is faster, so that inputs and gradients may reach further.
 */
export function testNonFiniteConvolutions(
  { create }: Pick<BackendAdapter, "create">,
  mixes: boolean,
): void {
  let backend: Backend;
  beforeAll(async () => {
    backend = await create();
  });
  afterAll(() => backend.dispose());
  const titled = (convolutions: readonly Convolution[], names: readonly (keyof Arrays)[]) =>
    convolutions.map((convolution) => [JSON.stringify(convolution), convolution, names] as const);
  it.each([...titled(small, ["x", "w", "y"]), ...titled(wide, mixes ? ["w"] : ["x", "w", "y"])])(
    "%s",
    { timeout: patience },
    async (_title, convolution, names) => {
      const oracle = new ConvolutionOracle(convolution);
      const directions = convolution.padding === "same" ? [false] : [false, true];
      for (const name of names)
        for (const at of [0, 1])
          for (const poison of [Infinity, -Infinity, NaN]) {
            const { x, w, y } = oracle.shapes;
            const given = {
              x: sample(count(x), 1),
              w: sample(count(w), 2),
              y: sample(count(y), 3),
            };
            given[name][at * (given[name].length - 1)] = poison;
            const expected = oracle.sums(given);
            for (const isTransposed of directions) {
              const received = await computed(backend, convolution, oracle, given, isTransposed);
              for (const result of ["x", "w", "y"] as const)
                expect(
                  differences(received[result], expected[result]),
                  `${isTransposed ? "transposed, " : ""}${poison} in ${name}: ${result}`,
                ).toEqual([]);
            }
          }
    },
  );
}
