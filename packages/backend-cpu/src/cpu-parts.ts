import { normalTable } from "@dl/backend";
import { findSystemBlas } from "./blas/system-blas.ts";
import type { AccumulatorMaker } from "./accumulator.ts";
import { hypot } from "./hypot.ts";
import { deepProducts, type DeepProducts } from "./kernels/deep-product.ts";
import { moreFunctions, softmaxFunctions, type VectorFunctions } from "./kernels/vector-math.ts";
import { concatenate } from "./routines/concatenate.ts";
import { conv2d, conv2dInputGrad, conv2dWeightGrad } from "./routines/conv2d.ts";
import { gather } from "./routines/gather.ts";
import { indexAdd } from "./routines/index-add.ts";
import { indexSelect } from "./routines/index-select.ts";
import { matmul } from "./routines/matmul.ts";
import { maxPool2d } from "./routines/max-pool-2d.ts";
import { pad } from "./routines/pad.ts";
import { resample } from "./routines/resample.ts";
import { rowMoments } from "./row-moments.ts";
import type { Routines } from "./routines/routine.ts";
import { scan } from "./routines/scan.ts";
import { scatter } from "./routines/scatter.ts";
import { sort } from "./routines/sort.ts";
import { threadsFor } from "./threads/choose-threads.ts";

/** What {@link cpuWith} makes a backend of: routines and functions by name, threads, BLAS. */
export interface CpuParts extends Routines, VectorFunctions {
  readonly deepProducts?: DeepProducts;
  /** Makes the state of a reduction to lengths. */
  readonly hypot?: AccumulatorMaker;
  /** What `normalFromBits` reads. */
  readonly normalTable?: typeof normalTable;
  readonly rowMoments?: typeof rowMoments;
  readonly threads?: typeof threadsFor;
  readonly blas?: typeof findSystemBlas;
}

type Parts<Name extends keyof CpuParts> = Required<Pick<CpuParts, Name>>;

/** What every backend has: a network of linear layers, its loss and its optimiser need no more. */
export const denseKernels: Parts<"matmul" | "gather" | keyof typeof softmaxFunctions> = {
  matmul,
  gather,
  ...softmaxFunctions,
};

/**
 * For {@link cpuWith}: sorting, running sums, padding, joining, and writing at indices.
 *
 * @example
 * const backend = await cpuWith([indexKernels]);
 * await tensor([3, 1, 2], { backend }).cumsum(0).toArray(); // => [3, 4, 6]
 */
export const indexKernels: Parts<
  "scatter" | "indexSelect" | "indexAdd" | "concatenate" | "pad" | "scan" | "sort"
> = { scatter, indexSelect, indexAdd, concatenate, pad, scan, sort };

/**
 * For {@link cpuWith}: matrix products over more than 4,096 terms, such as of large images or
 * batches. Each is summed in blocks, so that its error stays small.
 *
 * @example
 * const backend = await cpuWith([deepKernels]);
 * await matmul(ones([1, 5000], { backend }), ones([5000, 1], { backend })).item(); // => 5000
 */
export const deepKernels: Parts<"deepProducts"> = { deepProducts };

/**
 * For {@link cpuWith}: convolutions, pooling and resampling, forward and backward.
 *
 * @example
 * const backend = await cpuWith([convolutionKernels, indexKernels]);
 * const image = ones([1, 1, 2, 2], { backend });
 * await conv2d(image, image).item(); // => 4
 */
export const convolutionKernels: Parts<
  "conv2d" | "conv2dInputGrad" | "conv2dWeightGrad" | "maxPool2d" | "resample"
> = { conv2d, conv2dInputGrad, conv2dWeightGrad, maxPool2d, resample };

/**
 * For {@link cpuWith}: remainders, powers, trigonometric and hyperbolic functions, the error
 * function, normal deviates, lengths (norm, std). Without them a backend has exponentials, logarithms,
 * square roots and uniform deviates.
 *
 * @example
 * const backend = await cpuWith([functionKernels]);
 * await tensor([0], { backend }).tanh().item(); // => 0
 */
export const functionKernels: Parts<keyof typeof moreFunctions | "hypot" | "normalTable"> =
  /* @__PURE__ */ Object.assign({ hypot, normalTable }, moreFunctions);

/**
 * For {@link cpuWith}: mean and scatter of rows in float64, without reading them.
 *
 * @example
 * const backend = await cpuWith([momentKernels]);
 * (await rowMoments(tensor([[1], [3]], { backend }))).scatter; // => [2]
 */
export const momentKernels: Parts<"rowMoments"> = { rowMoments };

/**
 * For {@link cpuWith}: more than one thread, where there are more and work is large.
 *
 * @example
 * const backend = await cpuWith([workerThreads], { threads: 2 });
 * backend.capabilities.threads; // => 2
 * await backend.dispose();
 */
export const workerThreads: Parts<"threads"> = { threads: threadsFor };

/**
 * For {@link cpuWith}: matrix products in the system's BLAS.
 *
 * @example
 * const backend = await cpuWith([systemBlas], { blas: "auto" });
 * /BLAS: /.test(backend.info); // => true
 */
export const systemBlas: Parts<"blas"> = { blas: findSystemBlas };
