import {
  avgPool2d,
  conv2d,
  convTranspose2d,
  maxPool2d,
  type AvgPool2dOptions,
  type Conv2dOptions,
  type ConvTranspose2dOptions,
  type MaxPool2dOptions,
} from "@dl/conv";
import { zeros } from "@dl/tensor";
import { fails, sample, type OpRecord } from "./record.ts";
import { given } from "./sample-source.ts";

const shared = { theme: "convolution", differentiable: true } as const;
type Sizes = readonly number[];

const odd = given(
  [1, 1, 4, 4],
  [1, NaN, 0, -0, 2, 3, -0, 0, -Infinity, -Infinity, Infinity, 5, -Infinity, -Infinity, 5, 5],
);

export const convolutionRecords: readonly OpRecord[] = [
  {
    ...shared,
    name: "conv2d",
    samples: (draw) => {
      const calls: [string, Sizes, Sizes, boolean, Conv2dOptions][] = [
        ["plain", [2, 2, 5, 6], [3, 2, 3, 3], true, {}],
        ["same, even kernel", [1, 1, 5, 5], [2, 1, 4, 2], false, { padding: "same" }],
        ["stride and padding", [2, 2, 7, 6], [2, 2, 3, 3], true, { stride: 2, padding: 1 }],
        ["dilation", [1, 2, 8, 7], [2, 2, 3, 2], true, { dilation: [2, 3], padding: 2 }],
        ["groups", [1, 4, 5, 5], [4, 2, 3, 3], false, { groups: 2, padding: 1 }],
        ["depthwise", [2, 3, 5, 5], [3, 1, 3, 3], true, { groups: 3, stride: [2, 1] }],
        ["1 x 1", [2, 3, 4, 4], [5, 3, 1, 1], true, {}],
        ["wide", [1, 5, 9, 17], [9, 5, 3, 3], false, { padding: 1 }],
        ["large", [1, 12, 9, 10], [17, 12, 5, 5], true, { padding: 2 }],
        ["one element", [1, 1, 1, 1], [1, 1, 1, 1], false, {}],
        ["no images", [0, 1, 3, 3], [1, 1, 2, 2], true, {}],
      ];
      return calls.map(([name, input, weight, hasBias, options]) =>
        sample(
          name,
          [
            draw.real(input, [-1, 1]),
            draw.real(weight, [-1, 1]),
            ...(hasBias ? [draw.real([weight[0]!])] : []),
          ],
          ([x, w, b]) => conv2d(x!, w!, b, options),
        ),
      );
    },
    errors: [
      fails(
        "ShapeError",
        "conv2d: weight expects 3 input channels, got 1: input [8, 1, 28, 28], weight [16, 3, 3, 3] (layout NCHW).",
        (backend) => conv2d(zeros([8, 1, 28, 28], { backend }), zeros([16, 3, 3, 3], { backend })),
      ),
      fails(
        "ShapeError",
        "conv2d: the window does not fit: input [1, 1, 2, 2] with padding is 2 x 2, the window covers 3 x 3. Use a smaller kernelSize or more padding.",
        (backend) => conv2d(zeros([1, 1, 2, 2], { backend }), zeros([1, 1, 3, 3], { backend })),
      ),
      fails(
        "ShapeError",
        "conv2d: input must be [batch, channels, height, width], got [28, 28].",
        (backend) => conv2d(zeros([28, 28], { backend }), zeros([1, 1, 3, 3], { backend })),
      ),
      fails(
        "ArgumentError",
        "conv2d: stride must be a whole number of at least 1, or two such numbers: received 0.",
        (backend) =>
          conv2d(zeros([1, 1, 4, 4], { backend }), zeros([1, 1, 3, 3], { backend }), undefined, {
            stride: 0,
          }),
      ),
    ],
  },
  {
    ...shared,
    name: "convTranspose2d",
    samples: (draw) => {
      const calls: [string, Sizes, Sizes, boolean, ConvTranspose2dOptions][] = [
        ["plain", [2, 2, 3, 4], [2, 3, 3, 3], true, {}],
        ["doubling", [1, 3, 3, 3], [3, 2, 4, 4], true, { stride: 2, padding: 1 }],
        ["outputPadding", [1, 2, 3, 3], [2, 1, 3, 3], false, { stride: 2, outputPadding: 1 }],
        ["groups", [1, 4, 3, 3], [4, 1, 2, 2], true, { groups: 2, dilation: 2 }],
        ["one element", [1, 1, 1, 1], [1, 1, 1, 1], false, {}],
        ["no images", [0, 1, 3, 3], [1, 1, 2, 2], false, {}],
      ];
      return calls.map(([name, input, weight, hasBias, options]) =>
        sample(
          name,
          [
            draw.real(input, [-1, 1]),
            draw.real(weight, [-1, 1]),
            ...(hasBias ? [draw.real([weight[1]! * (options.groups ?? 1)])] : []),
          ],
          ([x, w, b]) => convTranspose2d(x!, w!, b, options),
        ),
      );
    },
    errors: [
      fails(
        "ShapeError",
        "convTranspose2d: weight expects 3 input channels, got 2: input [1, 2, 3, 3], weight [3, 1, 2, 2] (layout NCHW).",
        (backend) =>
          convTranspose2d(zeros([1, 2, 3, 3], { backend }), zeros([3, 1, 2, 2], { backend })),
      ),
      fails(
        "ArgumentError",
        "convTranspose2d: outputPadding must be smaller than the stride or the dilation: received [1, 1], stride [1, 1], dilation [1, 1].",
        (backend) =>
          convTranspose2d(
            zeros([1, 1, 3, 3], { backend }),
            zeros([1, 1, 2, 2], { backend }),
            undefined,
            { outputPadding: 1 },
          ),
      ),
    ],
  },
  {
    ...shared,
    name: "maxPool2d",
    samples: (draw) => {
      const calls: [string, Sizes, number | [number, number], MaxPool2dOptions][] = [
        ["2 x 2", [2, 2, 4, 6], 2, {}],
        ["overlapping", [1, 2, 5, 5], 3, { stride: 1, padding: 1 }],
        ["dilation", [1, 1, 7, 7], [2, 3], { stride: 2, dilation: 2 }],
        ["ceil", [1, 1, 5, 6], 2, { ceilMode: true }],
        ["one element", [1, 1, 1, 1], 1, {}],
        ["no images", [0, 1, 4, 4], 2, {}],
      ];
      return calls.map(([name, input, kernel, options]) =>
        sample(name, [draw.distinct(input, 0.125)], ([x]) => maxPool2d(x!, kernel, options)),
      );
    },
    extremes: () => [
      sample("odd", [odd], ([x]) => maxPool2d(x!, 2)),
      sample("odd, padded", [odd], ([x]) => maxPool2d(x!, 3, { stride: 2, padding: 1 })),
    ],
    errors: [
      fails(
        "DTypeError",
        'maxPool2d: needs a float tensor, got int32. Convert with x.cast("float32").',
        (backend) => maxPool2d(zeros([1, 1, 4, 4], { backend, dtype: "int32" }), 2),
      ),
      fails(
        "ArgumentError",
        "maxPool2d: padding must be at most half the window: received [2, 2], kernelSize [2, 2].",
        (backend) => maxPool2d(zeros([1, 1, 4, 4], { backend }), 2, { padding: 2 }),
      ),
    ],
  },
  {
    ...shared,
    name: "avgPool2d",
    samples: (draw) => {
      const calls: [string, Sizes, number | [number, number], AvgPool2dOptions][] = [
        ["2 x 2", [2, 2, 4, 6], 2, {}],
        ["padding counts", [1, 2, 5, 5], 3, { stride: 2, padding: 1 }],
        ["padding left out", [1, 2, 5, 5], 3, { stride: 2, padding: 1, countIncludePad: false }],
        ["ceil", [1, 1, 5, 6], [2, 3], { ceilMode: true, padding: [1, 1] }],
        ["one element", [1, 1, 1, 1], 1, {}],
        ["no images", [0, 1, 4, 4], 2, {}],
      ];
      return calls.map(([name, input, kernel, options]) =>
        sample(name, [draw.real(input)], ([x]) => avgPool2d(x!, kernel, options)),
      );
    },
    extremes: () => [sample("odd", [odd], ([x]) => avgPool2d(x!, 2))],
    errors: [
      fails(
        "ShapeError",
        "avgPool2d: the window does not fit: input [1, 1, 1, 4] with padding is 1 x 4, the window covers 2 x 2. Use a smaller kernelSize or more padding.",
        (backend) => avgPool2d(zeros([1, 1, 1, 4], { backend }), 2),
      ),
    ],
  },
];
