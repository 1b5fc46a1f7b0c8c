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
 * The window's numbers are part of the text, so that compilers turn divisions by them into
 * multiplications; sizes of tensors are uniform words.
 */
function declareWindow(kernel: KernelBuilder, { window, kernelSize }: Convolution): void {
  const { stride, dilation, padding } = window;
  kernel.declare(
    [
      `const kernel_height = ${kernelSize[0]}u;`,
      `const kernel_width = ${kernelSize[1]}u;`,
      `const kernel_taps = ${kernelSize[0] * kernelSize[1]}u;`,
      `const stride = vec2<i32>(${stride[0]}, ${stride[1]});`,
      `const dilation = vec2<i32>(${dilation[0]}, ${dilation[1]});`,
      `const padding = vec2<i32>(${padding[0]}, ${padding[2]});`,
    ].join("\n"),
  );
}

/** Statements that split `depth` or a column into a channel and a tap's place in the window. */
const splitTap = (position: string): string[] => [
  `let channel = ${position} / kernel_taps;`,
  `let tap_index = ${position} % kernel_taps;`,
  "let tap = vec2<i32>(i32(tap_index / kernel_width), i32(tap_index % kernel_width));",
];

/** Reads x under a tap of the window at `row`, `column` of the output; zero in the padding. */
function loadInput(kernel: KernelBuilder, c: Convolution, operand: number): string[] {
  const x = kernel.read(operand, "f32");
  const channels = kernel.fixed(c.groupChannels * c.window.groups);
  const [height, width] = c.inputSize.map((size) => kernel.fixed(size));
  return [
    "let cell = vec2<i32>(i32(out_row), i32(out_column)) * stride + tap * dilation - padding;",
    `if (cell.x < 0 || cell.y < 0 || cell.x >= i32(${height!}) || cell.y >= i32(${width!})) { return 0.0f; }`,
    `let plane = image * ${channels} + batch * ${kernel.fixed(c.groupChannels)} + channel;`,
    `return ${x}[${kernel.offset(operand)} + (plane * ${height!} + u32(cell.x)) * ${width!} + u32(cell.y)];`,
  ];
}

const functionText = (name: string, first: string, second: string, lines: readonly string[]): string =>
  [`fn ${name}(batch: u32, ${first}: u32, ${second}: u32) -> f32 {`, ...lines, "}"].join("\n");

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
    isDepthInner: { a: true, b: false },
    declareLoads(kernel) {
      declareWindow(kernel, c);
      const weight = kernel.read(1, "f32");
      kernel.declare(
        functionText("load_a", "row", "depth", [
          `return ${weight}[${kernel.offset(1)} + (batch * ${kernel.fixed(c.groupOutChannels)} + row) * ${kernel.fixed(depth)} + depth];`,
        ]),
      );
      const apart = takeApart(kernel, "column", [x[0], out[2], out[3]], "p");
      kernel.declare(
        functionText("load_b", "depth", "column", [
          ...apart.lines,
          "let image = p0;",
          "let out_row = p1;",
          "let out_column = p2;",
          ...splitTap("depth"),
          ...loadInput(kernel, c, 0),
        ]),
      );
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
  const { groups, inputSize } = program.settings;
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
    isDepthInner: { a: true, b: false },
    declareLoads(kernel) {
      declareWindow(kernel, c);
      const weight = kernel.read(1, "f32");
      const outChannels = kernel.fixed(c.groupOutChannels);
      kernel.declare(
        functionText("load_a", "row", "depth", [
          ...splitTap("depth").slice(0, 2),
          `let weight_plane = (batch * ${outChannels} + channel) * ${kernel.fixed(w[1])} + row;`,
          `return ${weight}[${kernel.offset(1)} + weight_plane * kernel_taps + tap_index];`,
        ]),
      );
      const change = kernel.read(0, "f32");
      const [height, width] = [kernel.fixed(dy[2]), kernel.fixed(dy[3])];
      const apart = takeApart(kernel, "column", [dy[0], inputSize[0], inputSize[1]], "p");
      kernel.declare(
        functionText("load_b", "depth", "column", [
          ...apart.lines,
          ...splitTap("depth"),
          "let reach = vec2<i32>(i32(p1), i32(p2)) + padding - tap * dilation;",
          "if (reach.x < 0 || reach.y < 0 || reach.x % stride.x != 0 || reach.y % stride.y != 0) { return 0.0f; }",
          "let cell = vec2<u32>(reach / stride);",
          `if (cell.x >= ${height} || cell.y >= ${width}) { return 0.0f; }`,
          `let plane = p0 * ${kernel.fixed(dy[1])} + batch * ${outChannels} + channel;`,
          `return ${change}[${kernel.offset(0)} + (plane * ${height} + cell.x) * ${width} + cell.y];`,
        ]),
      );
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
    isDepthInner: { a: true, b: true },
    declareLoads(kernel) {
      declareWindow(kernel, c);
      const change = kernel.read(1, "f32");
      const plane = kernel.fixed(dy[2] * dy[3]);
      kernel.declare(
        functionText("load_a", "row", "depth", [
          `let image = depth / ${plane};`,
          `let change_plane = image * ${kernel.fixed(dy[1])} + batch * ${kernel.fixed(c.groupOutChannels)} + row;`,
          `return ${change}[${kernel.offset(1)} + change_plane * ${plane} + depth % ${plane}];`,
        ]),
      );
      const apart = takeApart(kernel, "depth", [x[0], dy[2], dy[3]], "p");
      kernel.declare(
        functionText("load_b", "depth", "column", [
          ...apart.lines,
          "let image = p0;",
          "let out_row = p1;",
          "let out_column = p2;",
          ...splitTap("column"),
          ...loadInput(kernel, c, 0),
        ]),
      );
    },
    outputIndex: (kernel) =>
      `(batch * ${kernel.fixed(c.groupOutChannels)} + row) * ${kernel.fixed(columns)} + column`,
    finish: finishOf(program),
    operandCount: program.inputs.length + 1,
  });
};
