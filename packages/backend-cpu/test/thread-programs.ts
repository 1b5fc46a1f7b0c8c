import {
  contiguousLayout,
  elementCount,
  index,
  input,
  internLayout,
  mapProgram,
  parameter,
  reduceProgram,
  routineProgram,
  scalar,
  type Backend,
  type Conv2dParameters,
  type DType,
  type Program,
  type ReduceOp,
  type Scalar,
} from "@dl/backend";

type Layouts = { readonly dtype: DType; readonly layout: ReturnType<typeof contiguousLayout> };

const float = (shape: readonly number[], strides?: readonly number[]): Layouts => ({
  dtype: "float32",
  layout: strides === undefined ? contiguousLayout(shape) : internLayout(shape, strides),
});
const [x, y] = [input(0, "float32"), input(1, "float32")];
const keys = [0, 1, 2, 3].map((slot) => parameter(slot, "uint32")) as [
  Scalar,
  Scalar,
  Scalar,
  Scalar,
];
const keyTypes: DType[] = ["uint32", "uint32", "uint32", "uint32"];

export interface ThreadProgram {
  readonly name: string;
  readonly program: Program;
  readonly scalars?: readonly number[];
  /** Integer inputs are below this. */
  readonly below?: number;
}

const map = (
  name: string,
  shape: readonly number[],
  specs: readonly Layouts[],
  values: readonly Scalar[],
): ThreadProgram => ({ name, program: mapProgram(shape, specs, [], values) });
const reduce = (
  op: ReduceOp,
  shape: readonly number[],
  axes: readonly number[],
  strides?: readonly number[],
): ThreadProgram => ({
  name: `${op} of [${shape.join()}] over [${axes.join()}]`,
  program: reduceProgram({
    op,
    shape,
    axes,
    inputs: [float(shape, strides)],
    parameters: [],
    value: scalar.mul(x, x),
    epilogue: undefined,
  }),
});
const matmul = (
  a: readonly number[],
  b: readonly number[],
  aStrides?: readonly number[],
  bStrides?: readonly number[],
): ThreadProgram => ({
  name: `[${a.join()}] times [${b.join()}]${aStrides ? ", left transposed" : ""}${bStrides ? ", right transposed" : ""}`,
  program: routineProgram("matmul", {}, [float(a, aStrides), float(b, bStrides)]),
});

/** The three convolutions of one shape. */
function convolutions(
  batch: number,
  [inChannels, outChannels]: readonly [number, number],
  size: number,
  kernel: number,
  settings: Partial<Conv2dParameters> = {},
): ThreadProgram[] {
  const all: Conv2dParameters = {
    stride: [1, 1],
    padding: [0, 0, 0, 0],
    dilation: [1, 1],
    groups: 1,
    ...settings,
  };
  const out =
    Math.floor(
      (size + all.padding[0] + all.padding[1] - all.dilation[0] * (kernel - 1) - 1) / all.stride[0],
    ) + 1;
  const images = float([batch, inChannels, size, size]);
  const weight = float([outChannels, inChannels / all.groups, kernel, kernel]);
  const dy = float([batch, outChannels, out, out]);
  const label = `${inChannels} to ${outChannels}, ${kernel}x${kernel}, ${size}x${size}, batch ${batch}, groups ${all.groups}`;
  return [
    { name: `convolution ${label}`, program: routineProgram("conv2d", all, [images, weight]) },
    {
      name: `input gradient ${label}`,
      program: routineProgram("conv2dInputGrad", { ...all, inputSize: [size, size] }, [dy, weight]),
    },
    {
      name: `weight gradient ${label}`,
      program: routineProgram("conv2dWeightGrad", { ...all, kernelSize: [kernel, kernel] }, [
        images,
        dy,
      ]),
    },
  ];
}

const maxPool = (size: number, stride: number, padding: number): ThreadProgram => {
  const window = {
    kernelSize: [size, size],
    stride: [stride, stride],
    padding: [padding, padding, padding, padding],
    dilation: [1, 1],
  } as const;
  return {
    name: `maxPool2d ${size}x${size}, stride ${stride}, padding ${padding}`,
    program: routineProgram("maxPool2d", window, [float([9, 7, 33, 31])]),
  };
};
const resample = (axis: number): ThreadProgram => {
  const positions = Array.from({ length: 50 }, (_, i) =>
    Array.from({ length: i % 4 }, (_tap, t) => (i + 5 * t) % 31),
  );
  const weights = positions.map((row) => row.map((at, t) => at / 7 - t));
  return {
    name: `resample along axis ${axis}`,
    program: routineProgram("resample", { axis, positions, weights }, [float([9, 7, 33, 31])]),
  };
};
const integers = (shape: readonly number[]): Layouts => ({
  dtype: "int32",
  layout: contiguousLayout(shape),
});
const scatter = (axis: number, mode: "add" | "replace"): ThreadProgram => ({
  name: `scatter ${mode} on axis ${axis}`,
  below: 60,
  program: routineProgram("scatter", { axis, mode }, [
    float([70, 60, 64]),
    integers([70, 60, 40]),
    float([70, 60, 40]),
  ]),
});

/** Every kind of program, large enough for threads, with sizes that nothing divides. */
export const threadPrograms: readonly ThreadProgram[] = [
  map("add", [100_003], [float([100_003]), float([100_003])], [scalar.add(x, y), scalar.mul(x, y)]),
  map("bias", [301, 257], [float([301, 257]), float([301, 257], [0, 1])], [scalar.add(x, y)]),
  map("strided", [301, 257], [float([301, 257], [1, 301])], [scalar.tanh(x)]),
  map("transpose", [301, 257], [float([301, 257], [1, 301])], [x]),
  map("index", [150_001], [float([150_001])], [scalar.add(x, scalar.cast(index(), "float32"))]),
  {
    name: "random",
    program: mapProgram([50_021], [], keyTypes, [
      scalar.normalFromBits(scalar.randomBits(...keys)),
    ]),
    scalars: [1, 2, 3, 4],
  },
  ...(["sum", "prod", "max", "argmax"] as const).flatMap((op) => [
    reduce(op, [300_000], [0]),
    reduce(op, [130, 1031], [1]),
    reduce(op, [1031, 130], [0]),
    reduce(op, [521, 10, 30], [0]),
  ]),
  reduce("sum", [64, 16, 28, 28], [0, 2, 3]),
  reduce("sum", [2048, 100], [0, 1]),
  reduce("sum", [160_000, 3], [0]),
  reduce("sum", [400, 500], [1], [1, 400]),
  reduce("min", [200_003], [0]),
  matmul([128, 784], [784, 256], undefined, [1, 784]),
  matmul([256, 128], [128, 784], [1, 256]),
  matmul([128, 128], [128, 10]),
  matmul([10, 128], [128, 128], [1, 10]),
  matmul([131, 300], [300, 77]),
  matmul([1, 1031], [1031, 517]),
  matmul([2, 700], [700, 401], undefined, [1, 700]),
  matmul([1031, 517], [517, 1]),
  matmul([1031, 517], [517, 1], [1, 1031]),
  matmul([3, 5, 40, 50], [3, 5, 50, 60]),
  matmul([2, 100, 50], [2, 50, 60]),
  ...convolutions(13, [1, 16], 28, 5, { padding: [2, 2, 2, 2] }),
  ...convolutions(13, [16, 32], 14, 5, { padding: [2, 2, 2, 2] }),
  ...convolutions(1, [12, 20], 33, 3, { padding: [1, 1, 1, 1] }),
  ...convolutions(3, [8, 12], 30, 3, { stride: [2, 2], groups: 4 }),
  ...convolutions(16, [32, 64], 14, 4, { stride: [2, 2], padding: [1, 1, 1, 1] }),
  maxPool(2, 2, 0),
  maxPool(3, 2, 1),
  resample(2),
  resample(3),
  {
    name: "gather",
    below: 60,
    program: routineProgram("gather", { axis: 2 }, [float([70, 60, 64]), integers([70, 60, 40])]),
  },
  scatter(0, "add"),
  scatter(1, "replace"),
  scatter(2, "add"),
];

/** The program's outputs as words, one after the other. */
export async function outputWords(
  backend: Backend,
  { program, scalars = [], below = 20 }: ThreadProgram,
): Promise<Int32Array> {
  const bindings = program.inputs.map(({ dtype, layout }, slot) => {
    const count = 1 + layout.shape.reduce((last, n, i) => last + (n - 1) * layout.strides[i]!, 0);
    const elements = dtype === "float32" ? new Float32Array(count) : new Int32Array(count);
    let state = slot + 1;
    for (let i = 0; i < count; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      elements[i] =
        (state / 2 ** 32) * (dtype === "float32" ? 8 : below) - (dtype === "float32" ? 4 : 0);
    }
    const buffer = backend.allocate(4 * count);
    backend.write(buffer, new Uint8Array(elements.buffer));
    return { buffer, offset: 0 };
  });
  const outputs = program.outputs.map(({ shape }) => backend.allocate(4 * elementCount(shape)));
  backend.dispatch(backend.compile(program), bindings, outputs, scalars);
  try {
    const words: Int32Array[] = [];
    for (const output of outputs) words.push(new Int32Array((await backend.read(output)).buffer));
    const all = new Int32Array(words.reduce((count, list) => count + list.length, 0));
    words.reduce((start, list) => (all.set(list, start), start + list.length), 0);
    return all;
  } finally {
    for (const { buffer } of bindings) backend.free(buffer);
    for (const output of outputs) backend.free(output);
  }
}

/** Where two results first differ; -1 where they do not. */
export function firstDifference(a: Int32Array, b: Int32Array): number {
  if (a.length !== b.length) return Math.min(a.length, b.length);
  return a.findIndex((word, i) => word !== b[i]);
}
