import { gradcheck, gradgradcheck, gradientsOf } from "@dl/autograd";
import { cpu, cpuWith } from "@dl/backend-cpu";
import { webgpu } from "@dl/backend-webgpu";
import * as dl from "@dl/tensor";
import { ones, tensor, type Tensor } from "@dl/tensor";
import type { OptionCalls } from "./option-call.ts";

const matrix = (): Tensor =>
  tensor([
    [2, 1],
    [1, 3],
  ]);
const square = (x: Tensor): Tensor => x.square().sum();
const leaf = (): Tensor => ones([2]).requireGrad();

/** Reductions over axes, which may be left out. */
const reductions = {
  all: dl.all,
  amax: dl.amax,
  amin: dl.amin,
  any: dl.any,
  argmax: dl.argmax,
  argmin: dl.argmin,
  countNonzero: dl.countNonzero,
  logsumexp: dl.logsumexp,
  max: dl.max,
  mean: dl.mean,
  min: dl.min,
  nanMean: dl.nanMean,
  nanSum: dl.nanSum,
  prod: dl.prod,
  std: dl.std,
  sum: dl.sum,
  variance: dl.variance,
};

const functions: OptionCalls = {
  ...Object.fromEntries(
    Object.entries(reductions).map(([name, reduce]) => [name, () => [reduce, matrix(), 0]]),
  ),
  arange: () => [dl.arange, 3],
  argsort: () => [dl.argsort, matrix(), 0],
  bernoulli: () => [dl.bernoulli, [2]],
  configure: () => [dl.configure],
  eye: () => [dl.eye, 2, 2],
  full: () => [dl.full, [2], 1],
  fullLike: () => [dl.fullLike, matrix(), 1],
  integers: () => [dl.integers, 0, 4, [2]],
  isClose: () => [dl.isClose, matrix(), matrix()],
  linspace: () => [dl.linspace, 0, 1, 3],
  lstsq: () => [dl.lstsq, matrix(), matrix()],
  matrixRank: () => [dl.matrixRank, matrix()],
  norm: () => [dl.norm, matrix(), 2, 0],
  normal: () => [dl.normal, [2]],
  normalLike: () => [dl.normalLike, matrix()],
  ones: () => [dl.ones, [2]],
  onesLike: () => [dl.onesLike, matrix()],
  pad: () => [dl.pad, matrix(), [[1, 1]]],
  permutation: () => [dl.permutation, 3],
  pinverse: () => [dl.pinverse, matrix()],
  qr: () => [dl.qr, matrix()],
  sort: () => [dl.sort, matrix(), 0],
  tensor: () => [dl.tensor, [1, 2]],
  topk: () => [dl.topk, matrix(), 1, 0],
  triangularSolve: () => [dl.triangularSolve, matrix(), matrix()],
  truncatedNormal: () => [dl.truncatedNormal, [2]],
  uniform: () => [dl.uniform, [2]],
  uniformLike: () => [dl.uniformLike, matrix()],
  zeros: () => [dl.zeros, [2]],
  zerosLike: () => [dl.zerosLike, matrix()],
};

/** Methods of a tensor are the functions of their names, but for these. */
const functionOfMethod: Readonly<Record<string, string>> = { var: "variance" };
const methodNames = [
  "all",
  "amax",
  "amin",
  "any",
  "argmax",
  "argmin",
  "argsort",
  "countNonzero",
  "logsumexp",
  "max",
  "mean",
  "min",
  "norm",
  "pad",
  "prod",
  "sort",
  "std",
  "sum",
  "topk",
  "var",
] as const;

const methods: OptionCalls = Object.fromEntries(
  methodNames.map((name) => [
    `Tensor.${name}`,
    () => {
      const [, x, ...before] = functions[functionOfMethod[name] ?? name]!();
      const method: (...given: never[]) => unknown = (x as Tensor)[name];
      return [method.bind(x), ...before];
    },
  ]),
);

/** Of tensors, gradients and backends. */
export const tensorCalls: OptionCalls = {
  ...functions,
  ...methods,
  "Tensor.backward": () => {
    const loss = square(leaf());
    return [loss.backward.bind(loss)];
  },
  cpu: () => [cpu],
  cpuWith: () => [cpuWith, []],
  gradcheck: () => [gradcheck, square, [ones([2])]],
  gradgradcheck: () => [gradgradcheck, square, [ones([2])]],
  hostFunction: () => [dl.hostFunction, { name: "nothing", compute: () => {} }, [ones([2])]],
  gradientsOf: () => {
    const x = leaf();
    return [gradientsOf, square(x), [x]];
  },
  profile: () => [dl.profile, () => ones([2])],
  webgpu: () => [webgpu],
};
