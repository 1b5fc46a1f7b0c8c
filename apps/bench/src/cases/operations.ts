import { conv2d } from "@dl/conv";
import { LayerNorm, Parameter } from "@dl/nn";
import { Adam } from "@dl/optim";
import {
  Generator,
  matmul,
  normal,
  normalLike,
  ones,
  softmax,
  uniform,
  type Tensor,
} from "@dl/tensor";
import { finish, type BenchCase, type Setting, type Work } from "./bench-case.ts";

const seed = 1;
const bytesPerFloat = 4;

type Params = Readonly<Record<string, number>>;

/** One operation on inputs made once; each result is given back at once, as the peers' are. */
function operationWork(given: readonly Tensor[], run: () => Tensor): Work {
  let kept: Tensor | undefined;
  return {
    async step() {
      kept?.dispose();
      kept = run();
      await finish(kept);
      return undefined;
    },
    results: async () => [await kept!.data()],
    given,
  };
}

const randomOf = (setting: Setting): Setting & { readonly generator: Generator } => ({
  ...setting,
  generator: new Generator(seed),
});

export function matmulCase(m: number, k: number, n: number, id: string): BenchCase {
  return {
    id,
    group: "matmul",
    definition: `[${m}, ${k}] times [${k}, ${n}]`,
    kind: "matmul",
    params: { m, k, n },
    flops: 2 * m * k * n,
    bytes: bytesPerFloat * (m * k + k * n + m * n),
    // Inner size and all but a few rows stay: what is summed is what is timed.
    checkParams: { m: Math.min(m, 33), n: Math.min(n, 160) },
    ...(m === k && k === n && { sweep: { name: "matmul", size: n } }),
    build(setting, params) {
      const options = randomOf(setting);
      const left = normal([params["m"]!, params["k"]!], options);
      const right = normal([params["k"]!, params["n"]!], options);
      return operationWork([left, right], () => matmul(left, right));
    },
  };
}

/** Forward alone, or forward and backward to input and weight. */
export function convCase(id: string, group: string, params: Params): BenchCase {
  const { batch, channels, size, kernel, backward } = params;
  const products = batch! * channels! ** 2 * kernel! ** 2 * size! ** 2;
  return {
    id,
    group,
    kind: "conv2d",
    params,
    flops: (backward === 1 ? 6 : 2) * products,
    samples: batch!,
    checkParams: { batch: 1, size: 14 },
    build(setting, sizes) {
      const options = randomOf(setting);
      const { batch: count, size: side } = sizes;
      const inputs = normal([count!, channels!, side!, side!], options);
      const weight = normal([channels!, channels!, kernel!, kernel!], options);
      const forward = (): Tensor =>
        conv2d(inputs, weight, undefined, { padding: (kernel! - 1) / 2 });
      if (backward !== 1) return operationWork([inputs, weight], forward);
      const cotangent = normalLike(inputs, { generator: options.generator });
      inputs.requiresGrad = true;
      weight.requiresGrad = true;
      return {
        async step() {
          inputs.grad = null;
          weight.grad = null;
          forward().backward({ gradient: cotangent });
          await finish(inputs.grad!);
          await finish(weight.grad!);
          return undefined;
        },
        results: async () => [await inputs.grad!.data(), await weight.grad!.data()],
        given: [inputs, weight, cotangent],
      };
    },
  };
}

/** tanh-GELU as its author would write it: nine tensor operations. */
const geluChain = (x: Tensor): Tensor =>
  x.mul(0.5).mul(x.add(x.mul(x).mul(x).mul(0.044715)).mul(0.7978845608028654).tanh().add(1));

export const gelu: BenchCase = {
  ...vectorCase("gelu", "elementwise", "gelu", 2 ** 20, 1, geluChain),
  definition: "tanh-GELU as a chain of tensor operations on 2^20 floats",
};

/** One operation on vectors of n elements; `reads` of them. */
export function vectorCase(
  id: string,
  group: string,
  kind: string,
  n: number,
  reads: number,
  run: (a: Tensor, b: Tensor) => Tensor,
): BenchCase {
  return {
    id,
    group,
    kind,
    params: { n },
    bytes: bytesPerFloat * n * (reads + 1),
    checkParams: { n: Math.min(n, 10_000) },
    sweep: { name: kind, size: n },
    build(setting, params) {
      const options = randomOf(setting);
      const a = normal([params["n"]!], options);
      const b = uniform([params["n"]!], options);
      return operationWork([a, b], () => run(a, b));
    },
  };
}

const rowOperations = {
  softmax: (x: Tensor): Tensor => softmax(x, -1),
  sum: (x: Tensor): Tensor => x.sum(-1),
  "sum-columns": (x: Tensor): Tensor => x.sum(0),
  "sum-all": (x: Tensor): Tensor => x.sum(),
  max: (x: Tensor): Tensor => x.amax(-1),
} as const;

/** One operation on a matrix that is softmax, or folds rows, columns or everything. */
export function matrixCase(
  kind: keyof typeof rowOperations,
  group: string,
  rows: number,
  columns: number,
): BenchCase {
  const outputs = {
    softmax: rows * columns,
    sum: rows,
    "sum-columns": columns,
    "sum-all": 1,
    max: rows,
  };
  return {
    id: `${kind}-${rows}x${columns}`,
    group,
    kind,
    params: { rows, columns },
    bytes: bytesPerFloat * (rows * columns + outputs[kind]),
    checkParams: { rows: Math.min(rows, 64) },
    build(setting, params) {
      const inputs = uniform([params["rows"]!, params["columns"]!], randomOf(setting));
      return operationWork([inputs], () => rowOperations[kind](inputs));
    },
  };
}

export function layerNormCase(rows: number, columns: number): BenchCase {
  return {
    id: `layer-norm-${rows}x${columns}`,
    group: "normalisation",
    kind: "layer-norm",
    params: { rows, columns },
    bytes: bytesPerFloat * 2 * rows * columns,
    checkParams: { rows: Math.min(rows, 64) },
    build(setting, params) {
      const layer = new LayerNorm(params["columns"]!, setting).requireGrad(false);
      const inputs = normal([params["rows"]!, params["columns"]!], randomOf(setting));
      return operationWork([inputs], () => layer.forward(inputs));
    },
  };
}

/** One update of one parameter; 4 arrays are read and 3 written. */
export function adamCase(n: number): BenchCase {
  return {
    id: `adam-${n}`,
    group: "optimiser",
    kind: "adam",
    params: { n },
    bytes: bytesPerFloat * n * 7,
    checkParams: { n: Math.min(n, 10_000) },
    sweep: { name: "adam", size: n },
    build(setting, params) {
      const options = randomOf(setting);
      const parameter = new Parameter(normal([params["n"]!], options));
      const noise = normal([params["n"]!], options);
      parameter.grad = noise.add(ones([1], setting));
      const given = [parameter.clone().detach(), noise];
      const optimizer = new Adam([parameter], { learningRate: 1e-3 });
      return {
        async step() {
          optimizer.step();
          await finish(parameter.detach());
          return undefined;
        },
        results: async () => [await parameter.data()],
        given,
      };
    },
  };
}
