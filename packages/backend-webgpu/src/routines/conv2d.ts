import type { Conv2dParameters } from "@dl/backend";
import { takeApart } from "../coordinates.ts";
import type { KernelBuilder } from "../kernel-builder.ts";
import { compileGemm } from "../kernels/gemm.ts";
import { finishOf, type RoutineImplementation } from "./routine.ts";

type Sizes4 = readonly [number, number, number, number];

/** The three tensors a convolution ties together, all contiguous. */
interface Convolution {
  readonly window: Conv2dParameters;
  readonly batch: number;
  readonly groupChannels: number;
  readonly groupOutChannels: number;
  readonly inputSize: readonly [number, number];
  readonly kernelSize: readonly [number, number];
  readonly outputSize: readonly [number, number];
}

/**
 * What is divided by stands in the text, so that compilers make multiplications of it; all other
 * numbers are uniform words.
 */
function declareKernelSize(
  kernel: KernelBuilder,
  [height, width]: readonly [number, number],
): void {
  kernel.declare(`const kernel_width = ${width}u;\nconst kernel_taps = ${height * width}u;`);
}

function pair(kernel: KernelBuilder, [first, second]: readonly [number, number]): string {
  return `bitcast<vec2<i32>>(vec2<u32>(${kernel.fixed(first)}, ${kernel.fixed(second)}))`;
}

/** `tap_of(position)`: channel and place in the window, as (channel, row, column). */
function declareTap(kernel: KernelBuilder): void {
  kernel.declare(`fn tap_of(position: u32) -> vec3<u32> {
let index = position % kernel_taps;
return vec3<u32>(position / kernel_taps, index / kernel_width, index % kernel_width);
}`);
}

/**
 * `origin_of(batch, position)`: for a position in the output, the first element of the group's
 * planes of its image, and where in a plane the window stands (row and column as bits of i32).
 */
function declareOrigin(kernel: KernelBuilder, c: Convolution, operand: number): void {
  const [height, width] = c.inputSize.map((size) => kernel.fixed(size));
  const apart = takeApart(kernel, "position", [c.batch, ...c.outputSize], "p");
  const { stride, dilation, padding } = c.window;
  kernel.declare(
    [
      "fn origin_of(batch: u32, position: u32) -> vec3<u32> {",
      ...apart.lines,
      `let corner = vec2<i32>(i32(p1), i32(p2)) * ${pair(kernel, stride)} - ${pair(kernel, [padding[0], padding[2]])};`,
      `let plane = p0 * ${kernel.fixed(c.groupChannels * c.window.groups)} + batch * ${kernel.fixed(c.groupChannels)};`,
      `return vec3<u32>(${kernel.offset(operand)} + plane * ${height!} * ${width!}, bitcast<vec2<u32>>(corner));`,
      "}",
      "fn cell_at(origin: vec3<u32>, tap: vec3<u32>) -> vec2<i32> {",
      `return bitcast<vec2<i32>>(origin.yz) + vec2<i32>(tap.yz) * ${pair(kernel, dilation)};`,
      "}",
      "fn is_in_input(cell: vec2<i32>) -> bool {",
      `return cell.x >= 0 && cell.y >= 0 && cell.x < i32(${height!}) && cell.y < i32(${width!});`,
      "}",
      "fn input_at(origin: vec3<u32>, tap: vec3<u32>) -> f32 {",
      "let cell = cell_at(origin, tap);",
      "if (!is_in_input(cell)) { return 0.0f; }",
      `return ${kernel.read(operand, "f32")}[origin.x + (tap.x * ${height!} + u32(cell.x)) * ${width!} + u32(cell.y)];`,
      "}",
    ].join("\n"),
  );
}

/** Whether windows reach beyond the input. */
function hasPadding({ window: { padding } }: Convolution): boolean {
  return padding.some((size) => size !== 0);
}

/** Whether every cell of the input is seen by every tap of the window: one tap, step by step. */
function everyCellIsReached(c: Convolution): boolean {
  const isSingle = [...c.kernelSize, ...c.window.stride].every((size) => size === 1);
  return isSingle && !hasPadding(c);
}

/** Rows are output channels of a group, columns positions of all images, depth channels and taps. */
export const conv2d: RoutineImplementation<"conv2d"> = (device, program) => {
  const [x, w] = program.inputs.map(({ layout }) => layout.shape) as unknown as [Sizes4, Sizes4];
  const out = program.result.shape as unknown as Sizes4;
  const { groups } = program.settings;
  const c: Convolution = {
    window: program.settings,
    batch: x[0],
    groupChannels: w[1],
    groupOutChannels: w[0] / groups,
    inputSize: [x[2], x[3]],
    kernelSize: [w[2], w[3]],
    outputSize: [out[2], out[3]],
  };
  const depth = w[1] * w[2] * w[3];
  return compileGemm(device, program, {
    size: { batch: groups, m: c.groupOutChannels, n: x[0] * out[2] * out[3], k: depth },
    hasPadding: hasPadding(c),
    isDepthInner: { a: true, b: false },
    declareLoads(kernel) {
      declareKernelSize(kernel, c.kernelSize);
      declareTap(kernel);
      declareOrigin(kernel, c, 0);
      kernel.declare(`fn place_a(batch: u32, row: u32) -> u32 {
return ${kernel.offset(1)} + (batch * ${kernel.fixed(c.groupOutChannels)} + row) * ${kernel.fixed(depth)};
}
fn step_a(batch: u32, depth: u32) -> u32 { return depth; }
fn load_a(start: u32, step: u32) -> f32 { return ${kernel.read(1, "f32")}[start + step]; }
fn place_b(batch: u32, column: u32) -> vec3<u32> { return origin_of(batch, column); }
fn step_b(batch: u32, depth: u32) -> vec3<u32> { return tap_of(depth); }
fn reaches_b(origin: vec3<u32>, tap: vec3<u32>) -> bool { return is_in_input(cell_at(origin, tap)); }
fn load_b(origin: vec3<u32>, tap: vec3<u32>) -> f32 { return input_at(origin, tap); }`);
    },
    outputIndex: (kernel) => {
      const plane = kernel.fixed(out[2] * out[3]);
      const image = `(column / ${plane})`;
      return `((${image} * ${kernel.fixed(groups)} + batch) * ${kernel.fixed(c.groupOutChannels)} + row) * ${plane} + column % ${plane}`;
    },
    finish: finishOf(program),
    operandCount: program.inputs.length + 1,
  });
};

/** Rows are input channels of a group, columns cells of all images, depth output channels and taps. */
export const conv2dInputGrad: RoutineImplementation<"conv2dInputGrad"> = (device, program) => {
  const [dy, w] = program.inputs.map(({ layout }) => layout.shape) as unknown as [Sizes4, Sizes4];
  const { groups, inputSize, stride, dilation, padding } = program.settings;
  const c: Convolution = {
    window: program.settings,
    batch: dy[0],
    groupChannels: w[1],
    groupOutChannels: w[0] / groups,
    inputSize,
    kernelSize: [w[2], w[3]],
    outputSize: [dy[2], dy[3]],
  };
  const taps = w[2] * w[3];
  return compileGemm(device, program, {
    size: {
      batch: groups,
      m: w[1],
      n: dy[0] * inputSize[0] * inputSize[1],
      k: c.groupOutChannels * taps,
    },
    hasPadding: !everyCellIsReached(c),
    isDepthInner: { a: true, b: false },
    declareLoads(kernel) {
      declareKernelSize(kernel, c.kernelSize);
      declareTap(kernel);
      const [outChannels, channels] = [kernel.fixed(c.groupOutChannels), kernel.fixed(w[1])];
      const [height, width] = [kernel.fixed(dy[2]), kernel.fixed(dy[3])];
      const apart = takeApart(kernel, "column", [dy[0], ...inputSize], "p");
      kernel.declare(`fn place_a(batch: u32, row: u32) -> u32 {
return ${kernel.offset(1)} + (batch * ${outChannels} * ${channels} + row) * kernel_taps;
}
fn step_a(batch: u32, depth: u32) -> u32 {
return (depth / kernel_taps) * ${channels} * kernel_taps + depth % kernel_taps;
}
fn load_a(start: u32, step: u32) -> f32 { return ${kernel.read(1, "f32")}[start + step]; }
fn place_b(batch: u32, column: u32) -> vec3<u32> {
${apart.lines.join("\n")}
let plane = p0 * ${kernel.fixed(dy[1])} + batch * ${outChannels};
return vec3<u32>(${kernel.offset(0)} + plane * ${height} * ${width}, bitcast<vec2<u32>>(vec2<i32>(i32(p1), i32(p2)) + ${pair(kernel, [padding[0], padding[2]])}));
}
fn step_b(batch: u32, depth: u32) -> vec3<u32> { return tap_of(depth); }
const none = vec2<u32>(0xffffffffu);
fn window_of(cell: vec3<u32>, tap: vec3<u32>) -> vec2<u32> {
let reach = bitcast<vec2<i32>>(cell.yz) - vec2<i32>(tap.yz) * ${pair(kernel, dilation)};
let stride = vec2<i32>(${stride.join(", ")});
if (reach.x < 0 || reach.y < 0 || reach.x % stride.x != 0 || reach.y % stride.y != 0) { return none; }
let window = vec2<u32>(reach / stride);
if (window.x >= ${height} || window.y >= ${width}) { return none; }
return window;
}
fn reaches_b(cell: vec3<u32>, tap: vec3<u32>) -> bool { return window_of(cell, tap).x != none.x; }
fn load_b(cell: vec3<u32>, tap: vec3<u32>) -> f32 {
let window = window_of(cell, tap);
if (window.x == none.x) { return 0.0f; }
return ${kernel.read(0, "f32")}[cell.x + (tap.x * ${height} + window.x) * ${width} + window.y];
}`);
    },
    outputIndex: (kernel) => {
      const plane = kernel.fixed(inputSize[0] * inputSize[1]);
      return `((column / ${plane} * ${kernel.fixed(groups)} + batch) * ${kernel.fixed(w[1])} + row) * ${plane} + column % ${plane}`;
    },
    finish: finishOf(program),
    operandCount: program.inputs.length + 1,
  });
};

/** Rows are output channels of a group, columns channels and taps, depth positions of all images. */
export const conv2dWeightGrad: RoutineImplementation<"conv2dWeightGrad"> = (device, program) => {
  const [x, dy] = program.inputs.map(({ layout }) => layout.shape) as unknown as [Sizes4, Sizes4];
  const { groups, kernelSize } = program.settings;
  const c: Convolution = {
    window: program.settings,
    batch: x[0],
    groupChannels: x[1] / groups,
    groupOutChannels: dy[1] / groups,
    inputSize: [x[2], x[3]],
    kernelSize,
    outputSize: [dy[2], dy[3]],
  };
  const columns = c.groupChannels * kernelSize[0] * kernelSize[1];
  return compileGemm(device, program, {
    size: { batch: groups, m: c.groupOutChannels, n: columns, k: x[0] * dy[2] * dy[3] },
    hasPadding: hasPadding(c),
    isDepthInner: { a: true, b: true },
    declareLoads(kernel) {
      declareKernelSize(kernel, c.kernelSize);
      declareTap(kernel);
      declareOrigin(kernel, c, 0);
      const plane = kernel.fixed(dy[2] * dy[3]);
      kernel.declare(`fn place_a(batch: u32, row: u32) -> u32 {
return ${kernel.offset(1)} + (batch * ${kernel.fixed(c.groupOutChannels)} + row) * ${plane};
}
fn step_a(batch: u32, depth: u32) -> u32 {
return (depth / ${plane}) * ${kernel.fixed(dy[1])} * ${plane} + depth % ${plane};
}
fn load_a(start: u32, step: u32) -> f32 { return ${kernel.read(1, "f32")}[start + step]; }
fn place_b(batch: u32, column: u32) -> vec3<u32> { return tap_of(column); }
fn step_b(batch: u32, depth: u32) -> vec3<u32> { return origin_of(batch, depth); }
fn reaches_b(tap: vec3<u32>, origin: vec3<u32>) -> bool { return is_in_input(cell_at(origin, tap)); }
fn load_b(tap: vec3<u32>, origin: vec3<u32>) -> f32 { return input_at(origin, tap); }`);
    },
    outputIndex: (kernel) =>
      `(batch * ${kernel.fixed(c.groupOutChannels)} + row) * ${kernel.fixed(columns)} + column`,
    finish: finishOf(program),
    operandCount: program.inputs.length + 1,
  });
};
