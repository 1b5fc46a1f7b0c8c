import {
  avgPool3d,
  conv3d,
  convTranspose3d,
  maxPool3d,
  type AvgPool3dOptions,
  type Conv3dOptions,
  type ConvTranspose3dOptions,
  type MaxPool3dOptions,
  type Triple,
} from "@dl/conv";
import { zeros } from "@dl/tensor";
import { fails, sample, type OpRecord } from "./record.ts";
import { given } from "./sample-source.ts";

const shared = { theme: "convolution", differentiable: true } as const;
type Sizes = readonly number[];

const odd = given([1, 1, 2, 2, 2], [1, NaN, -Infinity, 2, 0, -0, Infinity, 5], "plain");

/** Convolution and pooling of volumes. */
export const volumeRecords: readonly OpRecord[] = [
  {
    ...shared,
    name: "conv3d",
    samples: (draw) => {
      const calls: [string, Sizes, Sizes, Conv3dOptions][] = [
        ["plain", [2, 2, 3, 4, 3], [2, 2, 2, 2, 2], {}],
        ["options", [1, 2, 4, 3, 4], [2, 1, 2, 2, 2], { stride: [2, 1, 2], padding: 1, groups: 2 }],
        ["dilation", [1, 1, 4, 4, 3], [1, 1, 2, 2, 2], { dilation: [2, 3, 1] }],
        ["one element", [1, 1, 1, 1, 1], [1, 1, 1, 1, 1], {}],
        ["no volumes", [0, 1, 3, 3, 3], [1, 1, 2, 2, 2], {}],
      ];
      return calls.map(([name, input, weight, options]) =>
        sample(
          name,
          [draw.real(input, [-1, 1]), draw.real(weight, [-1, 1]), draw.real([weight[0]!])],
          ([x, w, b]) => conv3d(x!, w!, b, options),
        ),
      );
    },
    errors: [
      fails(
        "ShapeError",
        "conv3d: input must be [batch, channels, depth, height, width], got [1, 4, 4, 4]. Add a batch axis with unsqueeze(0), or a channel axis with unsqueeze(1).",
        (backend) => conv3d(zeros([1, 4, 4, 4], { backend }), zeros([1, 1, 2, 2, 2], { backend })),
      ),
      fails(
        "ShapeError",
        "conv3d: weight expects 3 input channels, got 1: input [1, 1, 4, 4, 4], weight [2, 3, 2, 2, 2] (layout NCDHW).",
        (backend) =>
          conv3d(zeros([1, 1, 4, 4, 4], { backend }), zeros([2, 3, 2, 2, 2], { backend })),
      ),
      fails(
        "ShapeError",
        "conv3d: the window does not fit: input [1, 1, 2, 4, 4] with padding is 2 x 4 x 4, the window covers 3 x 3 x 3. Use a smaller kernelSize or more padding.",
        (backend) =>
          conv3d(zeros([1, 1, 2, 4, 4], { backend }), zeros([2, 1, 3, 3, 3], { backend })),
      ),
      fails(
        "ArgumentError",
        "conv3d: stride must be a whole number of at least 1, or three such numbers: received 0.",
        (backend) =>
          conv3d(
            zeros([1, 1, 4, 4, 4], { backend }),
            zeros([2, 1, 3, 3, 3], { backend }),
            undefined,
            { stride: 0 },
          ),
      ),
    ],
  },
  {
    ...shared,
    name: "convTranspose3d",
    samples: (draw) => {
      const calls: [string, Sizes, Sizes, ConvTranspose3dOptions][] = [
        ["plain", [2, 2, 2, 3, 2], [2, 2, 2, 2, 2], {}],
        [
          "options",
          [1, 2, 2, 2, 3],
          [2, 1, 3, 2, 2],
          { stride: [2, 1, 2], padding: [1, 0, 1], outputPadding: [1, 0, 1], groups: 2 },
        ],
        ["dilation", [1, 1, 2, 2, 2], [1, 1, 2, 2, 2], { dilation: [2, 3, 1] }],
        ["no volumes", [0, 1, 3, 3, 3], [1, 1, 2, 2, 2], {}],
      ];
      return calls.map(([name, input, weight, options]) =>
        sample(
          name,
          [
            draw.real(input, [-1, 1]),
            draw.real(weight, [-1, 1]),
            draw.real([weight[1]! * (options.groups ?? 1)]),
          ],
          ([x, w, b]) => convTranspose3d(x!, w!, b, options),
        ),
      );
    },
    errors: [
      fails(
        "ArgumentError",
        "convTranspose3d: outputPadding must be smaller than the stride or the dilation: received [1, 1, 1], stride [1, 1, 1], dilation [1, 1, 1].",
        (backend) =>
          convTranspose3d(
            zeros([1, 1, 2, 2, 2], { backend }),
            zeros([1, 1, 2, 2, 2], { backend }),
            undefined,
            { outputPadding: 1 },
          ),
      ),
      fails(
        "ShapeError",
        "convTranspose3d: the result would be -1 x -1 x -1: input [1, 1, 2, 2, 2], weight [1, 1, 2, 2, 2], padding [2, 2, 2]. Use less padding.",
        (backend) =>
          convTranspose3d(
            zeros([1, 1, 2, 2, 2], { backend }),
            zeros([1, 1, 2, 2, 2], { backend }),
            undefined,
            { padding: 2 },
          ),
      ),
    ],
  },
  {
    ...shared,
    name: "maxPool3d",
    samples: (draw) => {
      const calls: [string, Sizes, Triple, MaxPool3dOptions][] = [
        ["plain", [1, 2, 4, 4, 2], 2, {}],
        [
          "options",
          [1, 1, 4, 4, 5],
          [3, 2, 2],
          { stride: [2, 1, 2], padding: [1, 1, 0], dilation: [1, 2, 1] },
        ],
        ["ceil", [1, 1, 3, 3, 5], 2, { ceilMode: true }],
        ["no volumes", [0, 1, 2, 2, 2], 2, {}],
      ];
      return calls.map(([name, input, kernelSize, options]) =>
        sample(name, [draw.distinct(input)], ([x]) => maxPool3d(x!, kernelSize, options)),
      );
    },
    extremes: () => [sample("NaN and infinities", [odd], ([x]) => maxPool3d(x!, [1, 2, 1]))],
    errors: [
      fails(
        "ArgumentError",
        "maxPool3d: padding must be at most half the window: received [2, 2, 2], kernelSize [2, 2, 2].",
        (backend) => maxPool3d(zeros([1, 1, 4, 4, 4], { backend }), 2, { padding: 2 }),
      ),
    ],
  },
  {
    ...shared,
    name: "avgPool3d",
    samples: (draw) => {
      const calls: [string, Sizes, Triple, AvgPool3dOptions][] = [
        ["plain", [1, 2, 4, 4, 2], 2, {}],
        ["options", [1, 1, 4, 4, 5], [3, 2, 2], { stride: [2, 1, 2], padding: [1, 1, 0] }],
        [
          "padding left out",
          [1, 1, 3, 3, 4],
          3,
          { stride: 2, padding: 1, countIncludePad: false, ceilMode: true },
        ],
        ["no volumes", [0, 1, 2, 2, 2], 2, {}],
      ];
      return calls.map(([name, input, kernelSize, options]) =>
        sample(name, [draw.real(input)], ([x]) => avgPool3d(x!, kernelSize, options)),
      );
    },
    errors: [
      fails(
        "DTypeError",
        'avgPool3d: needs a float tensor, got int32. Convert with x.cast("float32").',
        (backend) => avgPool3d(zeros([1, 1, 2, 2, 2], { backend, dtype: "int32" }), 2),
      ),
    ],
  },
];
