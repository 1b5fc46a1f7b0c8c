import {
  adaptiveAvgPool2d,
  adaptiveMaxPool2d,
  avgPool1d,
  globalAvgPool2d,
  lpPool2d,
  maxPool1d,
  maxPool2dWithIndices,
  maxUnpool2d,
  type AvgPool1dOptions,
  type LpPool2dOptions,
  type MaxPool1dOptions,
  type MaxPool2dOptions,
  type MaxUnpool2dOptions,
  type OutputSize,
} from "@dl/conv";
import { zeros } from "@dl/tensor";
import { fails, overShapes, sample, type OpRecord } from "./record.ts";
import { given } from "./sample-source.ts";

const shared = { theme: "convolution", differentiable: true } as const;
type Sizes = readonly number[];

const odd = given(
  [1, 1, 4, 4],
  [1, NaN, 0, -0, 2, 3, -0, 0, -Infinity, -Infinity, Infinity, 5, -Infinity, -Infinity, 5, 5],
);
const oddRow = given([1, 2, 4], [1, NaN, 0, -0, -Infinity, -Infinity, Infinity, 5]);

const targets: readonly [string, Sizes, OutputSize][] = [
  ["even parts", [2, 2, 6, 4], [3, 2]],
  ["overlapping parts", [1, 2, 7, 5], [3, 4]],
  ["larger", [1, 1, 3, 2], 4],
  ["one axis kept", [1, 2, 5, 4], [2, null]],
  ["one element", [1, 1, 1, 1], 1],
  ["no images", [0, 1, 5, 4], 3],
];

/** Poolings of sequences and of images by windows. */
const windowPoolings: readonly OpRecord[] = [
  {
    ...shared,
    name: "maxPool1d",
    samples: (draw) => {
      const calls: [string, Sizes, number, MaxPool1dOptions][] = [
        ["2", [2, 2, 6], 2, {}],
        ["overlapping", [1, 2, 7], 3, { stride: 1, padding: 1 }],
        ["dilation", [1, 1, 9], 3, { stride: 2, dilation: 2 }],
        ["ceil", [1, 1, 5], 2, { ceilMode: true }],
        ["one element", [1, 1, 1], 1, {}],
        ["no sequences", [0, 1, 4], 2, {}],
      ];
      return calls.map(([name, input, kernel, options]) =>
        sample(name, [draw.distinct(input, 0.125)], ([x]) => maxPool1d(x!, kernel, options)),
      );
    },
    extremes: () => [sample("odd", [oddRow], ([x]) => maxPool1d(x!, 2))],
    errors: [
      fails(
        "ShapeError",
        "maxPool1d: input must be [batch, channels, length], got [4, 8]. Add a batch axis with unsqueeze(0), or a channel axis with unsqueeze(1).",
        (backend) => maxPool1d(zeros([4, 8], { backend }), 2),
      ),
      fails(
        "ArgumentError",
        "maxPool1d: padding must be at most half the window: received 2, kernelSize 2.",
        (backend) => maxPool1d(zeros([1, 1, 4], { backend }), 2, { padding: 2 }),
      ),
    ],
  },
  {
    ...shared,
    name: "avgPool1d",
    samples: (draw) => {
      const calls: [string, Sizes, number, AvgPool1dOptions][] = [
        ["2", [2, 2, 6], 2, {}],
        ["padding counts", [1, 2, 5], 3, { stride: 2, padding: 1 }],
        ["padding left out", [1, 2, 5], 3, { stride: 2, padding: 1, countIncludePad: false }],
        ["ceil", [1, 1, 6], 4, { ceilMode: true, padding: 1 }],
        ["one element", [1, 1, 1], 1, {}],
        ["no sequences", [0, 1, 4], 2, {}],
      ];
      return calls.map(([name, input, kernel, options]) =>
        sample(name, [draw.real(input)], ([x]) => avgPool1d(x!, kernel, options)),
      );
    },
    extremes: () => [sample("odd", [oddRow], ([x]) => avgPool1d(x!, 2))],
    errors: [
      fails(
        "ShapeError",
        "avgPool1d: the window does not fit: input [1, 1, 2] with padding is 2, the window covers 3. Use a smaller kernelSize or more padding.",
        (backend) => avgPool1d(zeros([1, 1, 2], { backend }), 3),
      ),
    ],
  },
  {
    ...shared,
    name: "maxPool2dWithIndices",
    samples: (draw) => {
      const calls: [string, Sizes, number | [number, number], MaxPool2dOptions][] = [
        ["2 x 2", [2, 2, 4, 6], 2, {}],
        ["overlapping", [1, 2, 5, 5], 3, { stride: 1, padding: 1 }],
        ["one element", [1, 1, 1, 1], 1, {}],
        ["no images", [0, 1, 4, 4], 2, {}],
      ];
      return calls.map(([name, input, kernel, options]) =>
        sample(name, [draw.distinct(input, 0.125)], ([x]) => ({
          ...maxPool2dWithIndices(x!, kernel, options),
        })),
      );
    },
    extremes: () => [sample("odd", [odd], ([x]) => ({ ...maxPool2dWithIndices(x!, 2) }))],
    errors: [
      fails(
        "DTypeError",
        'maxPool2dWithIndices: needs a float tensor, got int32. Convert with x.cast("float32").',
        (backend) => maxPool2dWithIndices(zeros([1, 1, 4, 4], { backend, dtype: "int32" }), 2),
      ),
    ],
  },
  {
    ...shared,
    name: "lpPool2d",
    samples: (draw) => {
      const calls: [string, Sizes, number, number | [number, number], LpPool2dOptions][] = [
        ["p 2", [2, 2, 4, 6], 2, 2, {}],
        ["p 1", [1, 2, 4, 5], 1, [2, 3], {}],
        ["p 3, overlapping", [1, 2, 5, 5], 3, 3, { stride: 1 }],
        ["ceil", [1, 1, 5, 5], 2, 2, { ceilMode: true }],
        ["one element", [1, 1, 1, 1], 2, 1, {}],
        ["no images", [0, 1, 4, 4], 2, 2, {}],
      ];
      return calls.map(([name, input, p, kernel, options]) =>
        sample(name, [draw.real(input, [0.2, 2])], ([x]) => lpPool2d(x!, p, kernel, options)),
      );
    },
    errors: [
      fails(
        "ArgumentError",
        "lpPool2d: p must be a finite number above 0: received Infinity. For the largest element use maxPool2d.",
        (backend) => lpPool2d(zeros([1, 1, 4, 4], { backend }), Infinity, 2),
      ),
    ],
  },
];

export const poolingRecords: readonly OpRecord[] = [
  ...windowPoolings,
  {
    ...shared,
    name: "adaptiveAvgPool2d",
    samples: (draw) =>
      targets.map(([name, input, size]) =>
        sample(name, [draw.real(input)], ([x]) => adaptiveAvgPool2d(x!, size)),
      ),
    extremes: () => [
      sample("odd", [odd], ([x]) => adaptiveAvgPool2d(x!, 2)),
      sample("odd, overlapping", [odd], ([x]) => adaptiveAvgPool2d(x!, 3)),
    ],
    errors: [
      fails(
        "ArgumentError",
        "adaptiveAvgPool2d: outputSize must be a whole number of at least 1, or two such numbers: received 0.",
        (backend) => adaptiveAvgPool2d(zeros([1, 1, 4, 4], { backend }), 0),
      ),
    ],
  },
  {
    ...shared,
    name: "adaptiveMaxPool2d",
    samples: (draw) =>
      targets.map(([name, input, size]) =>
        sample(name, [draw.distinct(input, 0.125)], ([x]) => adaptiveMaxPool2d(x!, size)),
      ),
    extremes: () => [
      sample("odd", [odd], ([x]) => adaptiveMaxPool2d(x!, 2)),
      sample("odd, overlapping", [odd], ([x]) => adaptiveMaxPool2d(x!, 3)),
    ],
    errors: [
      fails(
        "ShapeError",
        "adaptiveMaxPool2d: the images have no cells: input [2, 1, 0, 4].",
        (backend) => adaptiveMaxPool2d(zeros([2, 1, 0, 4], { backend }), 2),
      ),
    ],
  },
  {
    ...shared,
    name: "globalAvgPool2d",
    samples: (draw) =>
      overShapes(
        draw,
        [
          [2, 3, 4, 5],
          [1, 1, 1, 1],
          [0, 2, 3, 3],
        ],
        globalAvgPool2d,
      ),
    errors: [
      fails(
        "ShapeError",
        "globalAvgPool2d: input must be [batch, channels, height, width], got [4, 4].",
        (backend) => globalAvgPool2d(zeros([4, 4], { backend })),
      ),
    ],
  },
  {
    ...shared,
    name: "maxUnpool2d",
    samples: (draw) => {
      const calls: [string, Sizes, number | [number, number], MaxUnpool2dOptions][] = [
        ["2 x 2", [2, 2, 4, 6], 2, {}],
        ["odd size", [1, 2, 5, 7], 2, { outputSize: [5, 7] }],
        ["padding", [1, 2, 5, 5], 3, { stride: 2, padding: 1 }],
        ["one element", [1, 1, 1, 1], 1, {}],
        ["no images", [0, 1, 4, 4], 2, {}],
      ];
      return calls.map(([name, input, kernel, options]) =>
        sample(name, [draw.distinct(input, 0.125)], ([x]) => {
          const { stride, padding } = options;
          const pooling = { ...(stride && { stride }), ...(padding && { padding }) };
          const { values, indices } = maxPool2dWithIndices(x!, kernel, pooling);
          return maxUnpool2d(values, indices, kernel, options);
        }),
      );
    },
    errors: [
      fails(
        "ShapeError",
        "maxUnpool2d: input and indices must have one shape: input [1, 1, 2, 2], indices [1, 1, 2, 1]. Use those of maxPool2dWithIndices.",
        (backend) =>
          maxUnpool2d(
            zeros([1, 1, 2, 2], { backend }),
            zeros([1, 1, 2, 1], { backend, dtype: "int32" }),
            2,
          ),
      ),
      fails(
        "ArgumentError",
        "maxUnpool2d: outputSize must be less than a stride from [4, 4]: received [6, 4], stride [2, 2].",
        (backend) =>
          maxUnpool2d(
            zeros([1, 1, 2, 2], { backend }),
            zeros([1, 1, 2, 2], { backend, dtype: "int32" }),
            2,
            { outputSize: [6, 4] },
          ),
      ),
    ],
  },
];
