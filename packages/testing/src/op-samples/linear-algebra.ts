import {
  adjugate,
  arange,
  cholesky,
  det,
  eigh,
  eye,
  inverse,
  logdet,
  lstsq,
  matrixExp,
  matrixPower,
  matrixRank,
  pinverse,
  qr,
  slogdet,
  solve,
  svd,
  tensor,
  triangularSolve,
  zeros,
  type Tensor,
} from "@dl/tensor";
import type { Backend } from "@dl/backend";
import {
  fails,
  notDifferentiable,
  sample,
  type ErrorSample,
  type OpRecord,
  type OpResult,
  type Sample,
} from "./record.ts";
import { given, type SampleSource } from "./sample-source.ts";

const shared = { theme: "linear algebra", differentiable: true } as const;

const squares = [
  [3, 3],
  [2, 2, 2],
  [1, 1],
  [0, 2, 2],
  [5, 5],
];
const rectangles = [...squares, [4, 2], [2, 4], [2, 3, 2]];

/** Well-conditioned, also where a layout repeats one row: a growing diagonal is added. */
function regular(x: Tensor): Tensor {
  const [m, n] = x.shape.slice(-2) as [number, number];
  const target = { dtype: x.dtype, backend: x.backend };
  return x.mul(0.25).add(eye(m, n, target).mul(arange(n, target).add(2)));
}

function overMatrices(
  draw: SampleSource,
  shapes: readonly (readonly number[])[],
  call: (x: Tensor) => OpResult,
  label = "",
): Sample[] {
  return shapes.map((shape) =>
    sample(`[${shape.join(", ")}]${label}`, [draw.real(shape, [-1, 1])], ([x]) =>
      call(regular(x!)),
    ),
  );
}

/** Equations with a matrix on the left. */
function overPairs(
  draw: SampleSource,
  shapes: readonly (readonly [readonly number[], readonly number[]])[],
  call: (a: Tensor, b: Tensor) => OpResult,
  label = "",
): Sample[] {
  return shapes.map(([left, right]) =>
    sample(
      `[${left.join(", ")}] [${right.join(", ")}]${label}`,
      [draw.real(left, [-1, 1]), draw.real(right, [-1, 1])],
      ([a, b]) => call(regular(a!), b!),
    ),
  );
}
const equations = [
  [[3, 3], [3]],
  [
    [3, 3],
    [3, 2],
  ],
  [
    [2, 2, 2],
    [2, 2],
  ],
  [
    [2, 2],
    [2, 2, 1],
  ],
  [[1, 1], [1]],
  [
    [2, 0, 0],
    [0, 3],
  ],
] as const;

/** A matrix with NaN or infinity gives NaN, and leaves the others alone. */
const notFinite = (call: (x: Tensor) => OpResult) => (): Sample[] => [
  sample("not finite", [given([3, 2, 2], [2, 1, 1, 2, NaN, 0, 0, 1, 1, 0, Infinity, 1])], ([x]) =>
    call(x!),
  ),
];

const needsSquare = (op: string, call: (x: Tensor) => unknown): ErrorSample =>
  fails(
    "ShapeError",
    `${op}: needs square matrices in the last two axes, got shape [2, 3]. For others see pinverse, lstsq, qr and svd.`,
    (backend) => call(zeros([2, 3], { backend })),
  );
const needsMatrix = (op: string, call: (x: Tensor) => unknown): ErrorSample =>
  fails(
    "ShapeError",
    `${op}: needs matrices in the last two axes, got shape [3]. Make one with reshape or unsqueeze.`,
    (backend) => call(zeros([3], { backend })),
  );
const needsFloat = (op: string, call: (x: Tensor) => unknown): ErrorSample =>
  fails(
    "DTypeError",
    `${op}: needs a float tensor, got int32. Convert with x.cast("float32").`,
    (backend) => call(zeros([2, 2], { backend, dtype: "int32" })),
  );
/** Where work waits for a device, the error comes with the next read. */
const refuses = (message: string, call: (backend: Backend) => Tensor): ErrorSample =>
  fails("ArgumentError", message, (backend) => call(backend).data());
const rankOne = (backend: Backend): Tensor =>
  tensor(
    [
      [1, 2],
      [2, 4],
    ],
    { backend },
  );
const isSingular = (op: string, call: (x: Tensor) => Tensor): ErrorSample =>
  refuses(
    `${op}: the matrix is singular: pivot 1 is 0. Use pinverse or lstsq, or add a small multiple of the identity.`,
    (backend) => call(rankOne(backend)),
  );

/** A record of a function of one stack of square matrices. */
function onSquares(name: string, call: (x: Tensor) => OpResult): OpRecord {
  return {
    ...shared,
    name,
    samples: (draw) => overMatrices(draw, squares, call),
    extremes: notFinite(call),
    errors: [needsSquare(name, call), needsMatrix(name, call), needsFloat(name, call)],
  };
}

export const linearAlgebraRecords: readonly OpRecord[] = [
  {
    ...onSquares("cholesky", cholesky),
    errors: [
      needsSquare("cholesky", cholesky),
      refuses(
        "cholesky: matrix 1 is not positive definite: pivot 1 is -3. Add a small multiple of the identity, or use eigh.",
        (backend) =>
          cholesky(
            tensor(
              [
                [
                  [1, 0],
                  [0, 1],
                ],
                [
                  [1, 2],
                  [2, 1],
                ],
              ],
              { backend },
            ),
          ),
      ),
    ],
  },
  {
    ...shared,
    name: "qr",
    samples: (draw) => [
      ...overMatrices(draw, rectangles, (x) => ({ ...qr(x) })),
      ...overMatrices(draw, [[2, 5]], (x) => ({ ...qr(x, { mode: "complete" }) }), " complete"),
      {
        ...sample("complete, tall", [draw.real([5, 2])], ([x]) => ({
          ...qr(regular(x!), { mode: "complete" }),
        })),
        hasGradient: false,
      },
    ],
    extremes: notFinite((x) => ({ ...qr(x) })),
    errors: [needsMatrix("qr", qr), needsFloat("qr", qr)],
  },
  onSquares("eigh", (x) => ({ ...eigh(x) })),
  {
    ...shared,
    name: "svd",
    samples: (draw) => overMatrices(draw, rectangles, (x) => ({ ...svd(x) })),
    extremes: notFinite((x) => ({ ...svd(x) })),
    errors: [needsMatrix("svd", svd), needsFloat("svd", svd)],
  },
  {
    ...shared,
    name: "solve",
    samples: (draw) => overPairs(draw, equations, solve),
    extremes: notFinite((x) => solve(x, x)),
    errors: [
      needsSquare("solve", (x) => solve(x, x)),
      isSingular("solve", (x) => solve(x, x)),
      fails(
        "ShapeError",
        "solve: the right side needs as many rows as the matrices: left [2, 2], right [3]. Give a vector, or columns with unsqueeze(-1).",
        (backend) => solve(zeros([2, 2], { backend }), zeros([3], { backend })),
      ),
      fails(
        "DTypeError",
        'solve: needs a float tensor, got int32. Convert with x.cast("float32").',
        (backend) => solve(zeros([2, 2], { backend }), zeros([2], { backend, dtype: "int32" })),
      ),
    ],
  },
  {
    ...shared,
    name: "triangularSolve",
    samples: (draw) => [
      ...overPairs(draw, equations, (a, b) => triangularSolve(a, b)),
      ...overPairs(
        draw,
        [
          [
            [3, 3],
            [3, 2],
          ],
        ],
        (a, b) => triangularSolve(a, b, { upper: true }),
        " upper",
      ),
    ],
    extremes: notFinite((x) => triangularSolve(x, x)),
    errors: [
      needsSquare("triangularSolve", (x) => triangularSolve(x, x)),
      refuses(
        "triangularSolve: the matrix is singular: pivot 0 is 0. Use pinverse or lstsq, or add a small multiple of the identity.",
        (backend) => triangularSolve(zeros([2, 2], { backend }), zeros([2], { backend })),
      ),
    ],
  },
  {
    ...onSquares("inverse", inverse),
    errors: [needsSquare("inverse", inverse), isSingular("inverse", inverse)],
  },
  {
    ...shared,
    name: "pinverse",
    samples: (draw) => overMatrices(draw, rectangles, (x) => pinverse(x)),
    extremes: notFinite((x) => pinverse(x)),
    errors: [
      needsMatrix("pinverse", (x) => pinverse(x)),
      fails(
        "ArgumentError",
        "pinverse: the tolerance must be 0 or above: received -1.",
        (backend) => pinverse(zeros([2, 2], { backend }), { tolerance: -1 }),
      ),
    ],
  },
  {
    ...shared,
    name: "lstsq",
    samples: (draw) =>
      overPairs(
        draw,
        [
          ...equations.slice(0, -1),
          [[4, 2], [4]],
          [
            [2, 4],
            [2, 3],
          ],
          [
            [2, 3, 2],
            [3, 1],
          ],
        ],
        (a, b) => lstsq(a, b),
      ),
    errors: [
      needsMatrix("lstsq", (x) => lstsq(x, x)),
      fails(
        "ShapeError",
        "lstsq: the right side needs as many rows as the matrices: left [3, 2], right [2]. Give a vector, or columns with unsqueeze(-1).",
        (backend) => lstsq(zeros([3, 2], { backend }), zeros([2], { backend })),
      ),
    ],
  },
  onSquares("det", det),
  onSquares("slogdet", (x) => ({ ...slogdet(x) })),
  onSquares("logdet", logdet),
  onSquares("adjugate", adjugate),
  onSquares("matrixExp", matrixExp),
  {
    ...shared,
    name: "matrixPower",
    samples: (draw) => [
      ...[1, 2, 3, -2].flatMap((exponent) =>
        overMatrices(
          draw,
          exponent === 3 ? squares : [[3, 3]],
          (x) => matrixPower(x.mul(0.5), exponent),
          ` to the ${exponent}`,
        ),
      ),
      {
        ...sample("to the 0", [draw.real([2, 3, 3])], ([x]) => matrixPower(x!, 0)),
        hasGradient: false,
      },
    ],
    errors: [
      needsSquare("matrixPower", (x) => matrixPower(x, 2)),
      fails(
        "ArgumentError",
        "matrixPower: the exponent must be a whole number: received 0.5.",
        (backend) => matrixPower(zeros([2, 2], { backend }), 0.5),
      ),
    ],
  },
  {
    ...shared,
    name: "matrixRank",
    differentiable: notDifferentiable.integer,
    samples: (draw) => [
      ...overMatrices(draw, rectangles, (x) => matrixRank(x)),
      sample("rank one", [draw.real([3, 1], [1, 2]), draw.real([1, 4], [1, 2])], ([a, b]) =>
        matrixRank(a!.matmul(b!)),
      ),
      sample("no elements", [draw.real([2, 0, 3])], ([x]) => matrixRank(x!)),
    ],
    errors: [
      needsMatrix("matrixRank", (x) => matrixRank(x)),
      fails(
        "ArgumentError",
        "matrixRank: the tolerance must be 0 or above: received -1.",
        (backend) => matrixRank(zeros([2, 2], { backend }), { tolerance: -1 }),
      ),
    ],
  },
];
