import { diagonal, diagonalMatrix, trace, tril, triu, zeros } from "@dl/tensor";
import { allTypes, fails, numberTypes, overShapes, sample, type OpRecord } from "./record.ts";

const shared = { theme: "shapes", differentiable: true, dtypes: allTypes } as const;

/** Triangles and diagonals of matrices. */
export const triangleRecords: readonly OpRecord[] = [
  {
    ...shared,
    name: "tril",
    samples: (draw) => [
      ...overShapes(
        draw,
        [
          [3, 4],
          [2, 3, 3],
          [1, 1],
          [0, 2],
        ],
        (x) => tril(x),
      ),
      sample("above", [draw.real([3, 4])], ([x]) => tril(x!, 1)),
    ],
    errors: [
      fails(
        "ShapeError",
        "tril: needs at least 2 axes, got shape [5]. Make one with reshape or unsqueeze.",
        (backend) => tril(zeros([5], { backend })),
      ),
      fails("ArgumentError", "tril: the offset must be a whole number: received 0.5.", (backend) =>
        tril(zeros([5, 5], { backend }), 0.5),
      ),
    ],
  },
  {
    ...shared,
    name: "triu",
    samples: (draw) => [
      ...overShapes(
        draw,
        [
          [3, 4],
          [2, 3, 3],
          [1, 1],
          [0, 2],
        ],
        (x) => triu(x),
      ),
      sample("below", [draw.real([3, 4])], ([x]) => triu(x!, -1)),
    ],
    errors: [
      fails(
        "ShapeError",
        "triu: needs at least 2 axes, got shape [5]. Make one with reshape or unsqueeze.",
        (backend) => triu(zeros([5], { backend })),
      ),
    ],
  },
  {
    ...shared,
    name: "diagonal",
    samples: (draw) => [
      ...overShapes(
        draw,
        [
          [3, 4],
          [2, 3, 3],
          [1, 1],
          [0, 2],
        ],
        (x) => diagonal(x),
      ),
      sample("above", [draw.real([3, 4])], ([x]) => diagonal(x!, 1)),
      sample("below", [draw.real([3, 4])], ([x]) => diagonal(x!, -2)),
      sample("outside", [draw.real([3, 4])], ([x]) => diagonal(x!, 4)),
    ],
    errors: [
      fails(
        "ShapeError",
        "diagonal: needs at least 2 axes, got shape [5]. Make one with reshape or unsqueeze.",
        (backend) => diagonal(zeros([5], { backend })),
      ),
    ],
  },
  {
    ...shared,
    name: "diagonalMatrix",
    samples: (draw) => overShapes(draw, [[3], [2, 3], [1], [0]], (x) => diagonalMatrix(x)),
    errors: [
      fails(
        "ShapeError",
        "diagonalMatrix: needs at least 1 axis, got a scalar. Use unsqueeze.",
        (backend) => diagonalMatrix(zeros([], { backend })),
      ),
    ],
  },
  {
    ...shared,
    name: "trace",
    dtypes: numberTypes,
    samples: (draw) =>
      overShapes(
        draw,
        [
          [3, 4],
          [2, 3, 3],
          [1, 1],
          [0, 2],
        ],
        (x) => trace(x),
      ),
    errors: [
      fails(
        "ShapeError",
        "trace: needs at least 2 axes, got shape [5]. Make one with reshape or unsqueeze.",
        (backend) => trace(zeros([5], { backend })),
      ),
    ],
  },
];
