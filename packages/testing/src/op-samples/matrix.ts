import { dot, einsum, matmul, outer, tensordot, zeros } from "@dl/tensor";
import { allTypes, fails, sample, type OpRecord } from "./record.ts";

const shared = { theme: "matrices", differentiable: true } as const;

export const matrixRecords: readonly OpRecord[] = [
  {
    ...shared,
    name: "matmul",
    dtypes: allTypes,
    samples: (draw) => {
      const shapes: [number[], number[]][] = [
        [
          [3, 4],
          [4, 5],
        ],
        [
          [7, 19],
          [19, 9],
        ],
        [
          [33, 40],
          [40, 17],
        ],
        [[4], [4]],
        [[3, 4], [4]],
        [[4], [4, 3]],
        [
          [2, 3, 4],
          [4, 2],
        ],
        [
          [2, 3, 4],
          [2, 4, 2],
        ],
        [
          [2, 1, 3, 4],
          [3, 4, 2],
        ],
        [
          [17, 300],
          [300, 18],
        ],
        [[5, 1000], [1000]],
        [
          [1, 1],
          [1, 1],
        ],
        [
          [0, 3],
          [3, 2],
        ],
        [
          [2, 0],
          [0, 3],
        ],
      ];
      return shapes.map(([left, right]) =>
        sample(
          `[${left.join(", ")}] [${right.join(", ")}]`,
          [draw.real(left, [-1, 1]), draw.real(right, [-1, 1])],
          ([a, b]) => matmul(a!, b!),
        ),
      );
    },
    errors: [
      fails(
        "ShapeError",
        "matmul: inner sizes differ: left [32, 128], right [64, 10]. Left's last axis (128) must equal right's second to last (64).",
        (backend) => matmul(zeros([32, 128], { backend }), zeros([64, 10], { backend })),
      ),
      fails(
        "ShapeError",
        "matmul: needs at least one axis on each side: left [], right [1]. Multiply by a scalar with mul.",
        (backend) => matmul(zeros([], { backend }), zeros([1], { backend })),
      ),
      fails(
        "DTypeError",
        "matmul: no type holds both int32 and uint32. Convert one side with x.cast(...).",
        (backend) =>
          matmul(
            zeros([2, 2], { backend, dtype: "int32" }),
            zeros([2, 2], { backend, dtype: "uint32" }),
          ),
      ),
    ],
  },
  {
    ...shared,
    name: "dot",
    dtypes: allTypes,
    samples: (draw) =>
      [5, 1, 0, 100].map((n) =>
        sample(`[${n}]`, [draw.real([n]), draw.real([n])], ([a, b]) => dot(a!, b!)),
      ),
    errors: [
      fails(
        "ShapeError",
        "dot: needs two vectors of one length: left [3], right [4]. Use matmul for matrices.",
        (backend) => dot(zeros([3], { backend }), zeros([4], { backend })),
      ),
    ],
  },
  {
    ...shared,
    name: "outer",
    samples: (draw) =>
      [
        [3, 4],
        [1, 1],
        [0, 2],
      ].map(([m, n]) =>
        sample(`[${m}] [${n}]`, [draw.real([m!]), draw.real([n!])], ([a, b]) => outer(a!, b!)),
      ),
    errors: [
      fails(
        "ShapeError",
        "outer: needs two vectors: left [3], right [4, 1]. Use flatten().",
        (backend) => outer(zeros([3], { backend }), zeros([4, 1], { backend })),
      ),
    ],
  },
  {
    ...shared,
    name: "tensordot",
    dtypes: allTypes,
    samples: (draw) => [
      sample("one axis", [draw.real([2, 3]), draw.real([3, 4])], ([a, b]) => tensordot(a!, b!, 1)),
      sample("crossed", [draw.real([2, 3, 4]), draw.real([4, 3, 2])], ([a, b]) =>
        tensordot(a!, b!, [
          [1, 2],
          [1, 0],
        ]),
      ),
      sample("all", [draw.real([2, 3]), draw.real([2, 3])], ([a, b]) => tensordot(a!, b!)),
      sample("empty", [draw.real([0, 3]), draw.real([3, 2])], ([a, b]) => tensordot(a!, b!, 1)),
    ],
    errors: [
      fails(
        "ShapeError",
        "tensordot: paired axes do not fit: left [2, 3] axes [-1], right [2, 3] axes [0]. Pair each axis once with one of the same size.",
        (backend) => tensordot(zeros([2, 3], { backend }), zeros([2, 3], { backend }), 1),
      ),
    ],
  },
  {
    ...shared,
    name: "einsum",
    dtypes: allTypes,
    samples: (draw) => {
      const calls: [string, ...number[][]][] = [
        ["ij,jk->ik", [2, 3], [3, 4]],
        ["bij,bjk->bik", [2, 2, 3], [2, 3, 2]],
        ["ii", [3, 3]],
        ["ij->ji", [2, 3]],
        ["ij->", [2, 3]],
        ["i,j->ij", [2], [3]],
        ["i,ij,j->", [2], [2, 3], [3]],
        ["...ij,...jk->...ik", [2, 2, 3], [3, 2]],
        ["ij,ij->i", [2, 3], [2, 3]],
        ["ij,jk->ik", [0, 3], [3, 2]],
      ];
      return calls.map(([equation, ...shapes]) =>
        sample(
          `${equation} ${shapes.map((shape) => `[${shape.join(", ")}]`).join(" ")}`,
          shapes.map((shape) => draw.real(shape)),
          (xs) => einsum(equation, ...xs),
        ),
      );
    },
    errors: [
      fails("ArgumentError", 'einsum: needs at least one tensor: received none for "i".', () =>
        einsum("i"),
      ),
      fails(
        "ArgumentError",
        'einsum: the equation has 2 terms for 1 tensor: received "ij,j". Write for example "bij,bjk->bik".',
        (backend) => einsum("ij,j", zeros([2, 2], { backend })),
      ),
      fails(
        "ShapeError",
        'einsum: axis "i" has sizes 2 and 3: equation "i,i->", shapes [2], [3]. Axes with one name need one size.',
        (backend) => einsum("i,i->", zeros([2], { backend }), zeros([3], { backend })),
      ),
    ],
  },
];
