import {
  contiguousLayout,
  elementCount,
  input,
  internLayout,
  mapProgram,
  parameter,
  reduceProgram,
  routineProgram,
  scalar,
  type Program,
  type Scalar,
} from "@dl/backend";
import { bench, describe } from "vitest";
import { cpu } from "./index.ts";

const backend = await cpu();
const [x, y] = [input(0, "float32"), input(1, "float32")];
const float = (shape: readonly number[], strides?: readonly number[]) => ({
  dtype: "float32" as const,
  layout: strides === undefined ? contiguousLayout(shape) : internLayout(shape, strides),
});

function prepared(
  program: Program,
  scalars: readonly number[] = [],
  fill?: (i: number, slot: number) => number,
): () => void {
  const inputs = program.inputs.map(({ layout, dtype }, slot) => {
    const buffer = backend.allocate(4 * layout.elementCount);
    const elements =
      dtype === "float32"
        ? new Float32Array(layout.elementCount)
        : new Int32Array(layout.elementCount);
    for (let i = 0; i < elements.length; i++)
      elements[i] = fill?.(i, slot) ?? ((i * 2654435761) % 1000) / 250 - 2;
    backend.write(buffer, new Uint8Array(elements.buffer));
    return { buffer, offset: 0 };
  });
  const outputs = program.outputs.map(({ shape }) => backend.allocate(4 * elementCount(shape)));
  const executable = backend.compile(program);
  const run = (): void => backend.dispatch(executable, inputs, outputs, scalars);
  for (let i = 0; i < 30; i++) run();
  return run;
}

const million = 2 ** 20;
const map = (shape: readonly number[], values: readonly Scalar[], inputs = 1): Program =>
  mapProgram(
    shape,
    Array.from({ length: inputs }, () => float(shape)),
    [],
    values,
  );
const reduce = (
  op: "sum" | "max" | "argmax",
  shape: readonly number[],
  axes: readonly number[],
  value: Scalar = x,
): Program =>
  reduceProgram({
    op,
    shape,
    axes,
    inputs: [float(shape)],
    parameters: [],
    value,
    epilogue: undefined,
  });
const gelu = scalar.mul(
  scalar.mul(x, 0.5),
  scalar.add(
    scalar.tanh(
      scalar.mul(scalar.add(x, scalar.mul(scalar.mul(scalar.mul(x, x), x), 0.044715)), 0.7978846),
    ),
    1,
  ),
);
const keys = [0, 1, 2, 3].map((slot) => parameter(slot, "uint32")) as [
  Scalar,
  Scalar,
  Scalar,
  Scalar,
];
const bits = scalar.randomBits(...keys);
const random = (value: Scalar): Program =>
  mapProgram([million], [], ["uint32", "uint32", "uint32", "uint32"], [value]);

describe("dispatch overhead", () => {
  bench("add on 16 floats", prepared(map([16], [scalar.add(x, y)], 2)));
  bench("add on 18 floats", prepared(map([18], [scalar.add(x, y)], 2)));
});
describe("maps on 1 Mi floats", () => {
  bench("add", prepared(map([million], [scalar.add(x, y)], 2)));
  bench(
    "bias [1024]",
    prepared(
      mapProgram(
        [1024, 1024],
        [float([1024, 1024]), float([1024, 1024], [0, 1])],
        [],
        [scalar.add(x, y)],
      ),
    ),
  );
  bench("gelu chain", prepared(map([million], [gelu])));
  bench("exp", prepared(map([million], [scalar.exp(x)])));
  bench(
    "transpose copy",
    prepared(mapProgram([1024, 1024], [float([1024, 1024], [1, 1024])], [], [x])),
  );
  bench(
    "transpose and negate",
    prepared(mapProgram([1024, 1024], [float([1024, 1024], [1, 1024])], [], [scalar.neg(x)])),
  );
  bench("random bits", prepared(random(bits), [1, 2, 3, 4]));
  bench("normal", prepared(random(scalar.normalFromBits(bits)), [1, 2, 3, 4]));
});
describe("reductions of 1 Mi floats", () => {
  bench("sum all", prepared(reduce("sum", [million], [0])));
  bench("sum rows of 1024", prepared(reduce("sum", [1024, 1024], [1])));
  bench("sum columns of 1024", prepared(reduce("sum", [1024, 1024], [0])));
  bench(
    "sum over [0, 2, 3] of [64, 16, 32, 32]",
    prepared(reduce("sum", [64, 16, 32, 32], [0, 2, 3])),
  );
  bench("max rows of 1024", prepared(reduce("max", [1024, 1024], [1])));
  bench("max rows of 16", prepared(reduce("max", [65536, 16], [1])));
  bench("sum exp rows of 16", prepared(reduce("sum", [65536, 16], [1], scalar.exp(x))));
  bench("sum exp rows of 1024", prepared(reduce("sum", [1024, 1024], [1], scalar.exp(x))));
  bench("argmax rows of 1024", prepared(reduce("argmax", [1024, 1024], [1])));
});
describe("routines", () => {
  const window = {
    kernelSize: [2, 2],
    stride: [2, 2],
    padding: [0, 0, 0, 0],
    dilation: [1, 1],
  } as const;
  bench(
    "max pool [64, 16, 28, 28]",
    prepared(routineProgram("maxPool2d", window, [float([64, 16, 28, 28])])),
  );
  bench(
    "max pool 3x3 s2 p1",
    prepared(
      routineProgram("maxPool2d", { ...window, kernelSize: [3, 3], padding: [1, 1, 1, 1] }, [
        float([64, 16, 28, 28]),
      ]),
    ),
  );
  const twos = Array.from({ length: 14 }, (_, i) => [2 * i, 2 * i + 1]);
  for (const axis of [2, 3])
    bench(
      `sums of two along axis ${axis}`,
      prepared(
        routineProgram("resample", { axis, positions: twos, weights: twos.map(() => [1, 1]) }, [
          float([64, 16, 28, 28]),
        ]),
      ),
    );
  bench(
    "scatter add (max pool's gradient)",
    prepared(
      routineProgram("scatter", { axis: 2, mode: "add" }, [
        float([64, 16, 784]),
        { dtype: "int32", layout: contiguousLayout([64, 16, 196]) },
        float([64, 16, 196]),
      ]),
      [],
      (i, slot) => (slot === 1 ? Math.floor((i % 196) / 14) * 56 + (i % 14) * 2 + (i & 1) : i % 7),
    ),
  );
  bench(
    "matmul 256",
    prepared(routineProgram("matmul", {}, [float([256, 256]), float([256, 256])])),
  );
  bench(
    "conv2d 16 -> 32 5x5 14x14 b64",
    prepared(
      routineProgram(
        "conv2d",
        { stride: [1, 1], padding: [2, 2, 2, 2], dilation: [1, 1], groups: 1 },
        [float([64, 16, 14, 14]), float([32, 16, 5, 5])],
      ),
    ),
  );
  bench(
    "concatenate 2 x [1024, 512]",
    prepared(routineProgram("concatenate", { axis: 1 }, [float([1024, 512]), float([1024, 512])])),
  );
  bench(
    "sort 1 Mi",
    prepared(routineProgram("sort", { axis: 0, descending: false }, [float([million])])),
    { iterations: 3 },
  );
});
