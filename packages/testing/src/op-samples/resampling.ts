import {
  blur,
  conv1d,
  convTranspose1d,
  fold,
  interpolate,
  pixelShuffle,
  pixelUnshuffle,
  unfold,
  upfirdn2d,
  type Conv1dOptions,
  type ConvTranspose1dOptions,
  type InterpolateOptions,
  type UnfoldOptions,
  type UpfirdnOptions,
} from "@dl/conv";
import { zeros } from "@dl/tensor";
import { fails, overShapes, sample, type OpRecord } from "./record.ts";
import { given } from "./sample-source.ts";

const shared = { theme: "convolution", differentiable: true } as const;
type Sizes = readonly number[];

const odd = given([1, 1, 2, 3], [1, NaN, 0, -0, Infinity, -Infinity]);

const sequenceRecords: readonly OpRecord[] = [
  {
    ...shared,
    name: "conv1d",
    samples: (draw) => {
      const calls: [string, Sizes, Sizes, boolean, Conv1dOptions][] = [
        ["plain", [2, 2, 6], [3, 2, 3], true, {}],
        ["same, even kernel", [1, 1, 5], [2, 1, 4], false, { padding: "same" }],
        [
          "stride, padding, dilation",
          [2, 2, 9],
          [2, 2, 3],
          true,
          { stride: 2, padding: 1, dilation: 2 },
        ],
        ["depthwise", [2, 3, 5], [3, 1, 3], true, { groups: 3 }],
        ["one element", [1, 1, 1], [1, 1, 1], false, {}],
        ["no sequences", [0, 1, 3], [1, 1, 2], true, {}],
      ];
      return calls.map(([name, input, weight, hasBias, options]) =>
        sample(
          name,
          [
            draw.real(input, [-1, 1]),
            draw.real(weight, [-1, 1]),
            ...(hasBias ? [draw.real([weight[0]!])] : []),
          ],
          ([x, w, b]) => conv1d(x!, w!, b, options),
        ),
      );
    },
    errors: [
      fails(
        "ShapeError",
        "conv1d: weight expects 3 input channels, got 1: input [8, 1, 28], weight [16, 3, 3] (layout NCL).",
        (backend) => conv1d(zeros([8, 1, 28], { backend }), zeros([16, 3, 3], { backend })),
      ),
      fails(
        "ShapeError",
        "conv1d: weight must be [out, in / groups, length], got [1, 1, 3, 3].",
        (backend) => conv1d(zeros([1, 1, 4], { backend }), zeros([1, 1, 3, 3], { backend })),
      ),
      fails(
        "ArgumentError",
        "conv1d: stride must be a whole number of at least 1: received 0.",
        (backend) =>
          conv1d(zeros([1, 1, 4], { backend }), zeros([1, 1, 3], { backend }), undefined, {
            stride: 0,
          }),
      ),
    ],
  },
  {
    ...shared,
    name: "convTranspose1d",
    samples: (draw) => {
      const calls: [string, Sizes, Sizes, boolean, ConvTranspose1dOptions][] = [
        ["plain", [2, 2, 4], [2, 3, 3], true, {}],
        ["doubling", [1, 3, 3], [3, 2, 4], true, { stride: 2, padding: 1 }],
        ["outputPadding", [1, 2, 3], [2, 1, 3], false, { stride: 2, outputPadding: 1 }],
        ["groups", [1, 4, 3], [4, 1, 2], true, { groups: 2, dilation: 2 }],
        ["one element", [1, 1, 1], [1, 1, 1], false, {}],
        ["no sequences", [0, 1, 3], [1, 1, 2], false, {}],
      ];
      return calls.map(([name, input, weight, hasBias, options]) =>
        sample(
          name,
          [
            draw.real(input, [-1, 1]),
            draw.real(weight, [-1, 1]),
            ...(hasBias ? [draw.real([weight[1]! * (options.groups ?? 1)])] : []),
          ],
          ([x, w, b]) => convTranspose1d(x!, w!, b, options),
        ),
      );
    },
    errors: [
      fails(
        "ShapeError",
        "convTranspose1d: the result would be 0: input [1, 1, 1], weight [1, 1, 2], padding 1. Use less padding.",
        (backend) =>
          convTranspose1d(zeros([1, 1, 1], { backend }), zeros([1, 1, 2], { backend }), undefined, {
            padding: 1,
          }),
      ),
    ],
  },
];

const layoutRecords: readonly OpRecord[] = [
  {
    ...shared,
    name: "pixelShuffle",
    isExact: true,
    samples: (draw) =>
      overShapes(
        draw,
        [
          [2, 8, 2, 3],
          [1, 4, 1, 1],
          [0, 4, 2, 2],
        ],
        (x) => pixelShuffle(x, 2),
      ),
    errors: [
      fails(
        "ShapeError",
        "pixelShuffle: the channels must be a multiple of 4, the factor's square: input [1, 6, 2, 2], factor 2.",
        (backend) => pixelShuffle(zeros([1, 6, 2, 2], { backend }), 2),
      ),
    ],
  },
  {
    ...shared,
    name: "pixelUnshuffle",
    isExact: true,
    samples: (draw) =>
      overShapes(
        draw,
        [
          [2, 2, 4, 6],
          [1, 1, 2, 2],
          [0, 1, 2, 2],
        ],
        (x) => pixelUnshuffle(x, 2),
      ),
    errors: [
      fails(
        "ShapeError",
        "pixelUnshuffle: height and width must be multiples of the factor: input [1, 1, 3, 4], factor 2. Pad or crop first.",
        (backend) => pixelUnshuffle(zeros([1, 1, 3, 4], { backend }), 2),
      ),
    ],
  },
  {
    ...shared,
    name: "unfold",
    samples: (draw) => {
      const calls: [string, Sizes, number | [number, number], UnfoldOptions][] = [
        ["2 x 2", [2, 2, 4, 3], 2, {}],
        [
          "all options",
          [1, 2, 5, 4],
          [3, 2],
          { stride: [2, 1], padding: [1, 2], dilation: [1, 2] },
        ],
        ["one element", [1, 1, 1, 1], 1, {}],
        ["no images", [0, 1, 3, 3], 2, {}],
      ];
      return calls.map(([name, input, kernel, options]) =>
        sample(name, [draw.real(input)], ([x]) => unfold(x!, kernel, options)),
      );
    },
    errors: [
      fails(
        "ShapeError",
        "unfold: the window does not fit: input [1, 1, 2, 2] with padding is 2 x 2, the window covers 3 x 3. Use a smaller kernelSize or more padding.",
        (backend) => unfold(zeros([1, 1, 2, 2], { backend }), 3),
      ),
    ],
  },
  {
    ...shared,
    name: "fold",
    samples: (draw) => {
      const calls: [string, Sizes, [number, number], number | [number, number], UnfoldOptions][] = [
        ["2 x 2", [2, 8, 6], [4, 3], 2, {}],
        ["apart", [1, 4, 4], [4, 4], 2, { stride: 2 }],
        [
          "all options",
          [1, 12, 18],
          [5, 4],
          [3, 2],
          { stride: [2, 1], padding: [1, 2], dilation: [1, 2] },
        ],
        ["one element", [1, 1, 1], [1, 1], 1, {}],
        ["no images", [0, 4, 4], [3, 3], 2, {}],
      ];
      return calls.map(([name, input, size, kernel, options]) =>
        sample(name, [draw.real(input)], ([x]) => fold(x!, size, kernel, options)),
      );
    },
    errors: [
      fails(
        "ShapeError",
        "fold: images of 3 x 3 give [batch, channels·4, 4], got [1, 4, 5]. Use the sizes that unfold was given.",
        (backend) => fold(zeros([1, 4, 5], { backend }), 3, 2),
      ),
    ],
  },
];

export const resamplingRecords: readonly OpRecord[] = [
  ...sequenceRecords,
  ...layoutRecords,
  {
    ...shared,
    name: "interpolate",
    samples: (draw) => {
      const calls: [string, Sizes, InterpolateOptions][] = [
        ["nearest, doubled", [2, 2, 3, 2], { scaleFactor: 2 }],
        ["nearest, any size", [1, 2, 4, 5], { size: [3, 7] }],
        ["bilinear", [1, 2, 4, 5], { size: [7, 3], mode: "bilinear" }],
        ["bilinear, corners", [1, 2, 4, 5], { size: [7, 1], mode: "bilinear", alignCorners: true }],
        ["bilinear, factor", [1, 1, 4, 5], { scaleFactor: [1.7, 0.6], mode: "bilinear" }],
        ["bicubic", [1, 2, 4, 5], { size: [7, 3], mode: "bicubic" }],
        ["bicubic, corners", [1, 1, 4, 5], { size: 8, mode: "bicubic", alignCorners: true }],
        ["one element", [1, 1, 1, 1], { size: 2, mode: "bicubic" }],
        ["no images", [0, 1, 2, 2], { size: 3, mode: "bilinear" }],
      ];
      return calls.map(([name, input, options]) =>
        sample(name, [draw.real(input)], ([x]) => interpolate(x!, options)),
      );
    },
    extremes: () => [sample("odd", [odd], ([x]) => interpolate(x!, { size: [3, 5] }))],
    errors: [
      fails(
        "ArgumentError",
        "interpolate: needs either size or scaleFactor: received neither. Give one of them.",
        (backend) => interpolate(zeros([1, 1, 2, 2], { backend }), {}),
      ),
      fails(
        "ShapeError",
        "interpolate: images of 2 x 2 cannot become 1 x 0: input [1, 1, 2, 2]. Both need at least one pixel.",
        (backend) => interpolate(zeros([1, 1, 2, 2], { backend }), { scaleFactor: [0.5, 0.3] }),
      ),
    ],
  },
  {
    ...shared,
    name: "upfirdn2d",
    samples: (draw) => {
      const calls: [string, Sizes, Sizes, UpfirdnOptions][] = [
        ["filter", [2, 2, 4, 5], [3], {}],
        ["up", [1, 2, 3, 4], [4], { up: 2, padding: [2, 1, 2, 1], gain: 4 }],
        ["down", [1, 2, 6, 5], [2, 3], { down: [2, 1], padding: 1 }],
        [
          "up, crop, down",
          [1, 1, 5, 4],
          [3, 3],
          { up: [3, 2], down: [2, 3], padding: [-1, 2, 3, -2] },
        ],
        ["one element", [1, 1, 1, 1], [1], {}],
        ["no images", [0, 1, 3, 3], [2], {}],
      ];
      return calls.map(([name, input, filter, options]) =>
        sample(name, [draw.real(input), draw.real(filter, [-1, 1])], ([x, f]) =>
          upfirdn2d(x!, f!, options),
        ),
      );
    },
    errors: [
      fails(
        "ShapeError",
        "upfirdn2d: the filter does not fit: input [1, 1, 2, 2] enlarged and padded is 2 x 2, the filter 3 x 3. Use a shorter filter or more padding.",
        (backend) => upfirdn2d(zeros([1, 1, 2, 2], { backend }), zeros([3], { backend })),
      ),
    ],
  },
  {
    ...shared,
    name: "blur",
    samples: (draw) =>
      overShapes(
        draw,
        [
          [2, 2, 4, 5],
          [1, 1, 1, 1],
          [0, 1, 3, 3],
        ],
        (x) => blur(x),
      ),
    errors: [
      fails(
        "ArgumentError",
        "blur: the taps must be numbers with a sum other than 0: received [1, -1].",
        (backend) => blur(zeros([1, 1, 3, 3], { backend }), [1, -1]),
      ),
    ],
  },
];
