import { dot, einsum, matmul, outer, tensordot, zeros } from "@dl/tensor";
import { fails, sample, type OpRecord } from "./record.ts";

const shared = { theme: "matrices", differentiable: true } as const;

export const matrixRecords: readonly OpRecord[] = [
  {
    ...shared,
    name: "matmul",
    samples: (draw) => {
      const shapes: [number[], number[]][] = [
        [[3, 4], [4, 5]],
        [[7, 19], [19, 9]],
        [[33, 40], [40, 17]],
        [[4], [4]],
        [[3, 4], [4]],
        [[4], [4, 3]],
        [[2, 3, 4], [4, 2]],
        [[2, 3, 4], [2, 4, 2]],
        [[2, 1, 3, 4], [3, 4, 2]],
        [[1, 1], [1, 1]],
        [[0, 3], [3, 2]],
        [[2, 0], [0, 3]],
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
      fails("ShapeError", "", (backend) =>
        matmul(zeros([32, 128], { backend }), zeros([64, 10], { backend })),
      ),
      fails("ShapeError", "", (backend) => matmul(zeros([], { backend }), zeros([1], { backend }))),
      fails("DTypeError", "", (backend) =>
        matmul(
          zeros([2, 2], { backend, dtype: "int32" }),
          zeros([2, 2], { backend, dtype: "int32" }),
        ),
      ),
    ],
  },
  {
    ...shared,
    name: "dot",
    samples: (draw) =>
      [5, 1, 0, 100].map((n) =>
        sample(`[${n}]`, [draw.real([n]), draw.real([n])], ([a, b]) => dot(a!, b!)),
      ),
    errors: [
      fails("ShapeError", "", (backend) => dot(zeros([3], { backend }), zeros([4], { backend }))),
    ],
  },
  {
    ...shared,
    name: "outer",
    samples: (draw) =>
      [[3, 4], [1, 1], [0, 2]].map(([m, n]) =>
        sample(`[${m}] [${n}]`, [draw.real([m!]), draw.real([n!])], ([a, b]) => outer(a!, b!)),
      ),
    errors: [
      fails("ShapeError", "", (backend) =>
        outer(zeros([3], { backend }), zeros([4, 1], { backend })),
      ),
    ],
  },
  {
    ...shared,
    name: "tensordot",
    samples: (draw) => [
      sample("one axis", [draw.real([2, 3]), draw.real([3, 4])], ([a, b]) => tensordot(a!, b!, 1)),
      sample("crossed", [draw.real([2, 3, 4]), draw.real([4, 3, 2])], ([a, b]) =>
        tensordot(a!, b!, [[1, 2], [1, 0]]),
      ),
      sample("all", [draw.real([2, 3]), draw.real([2, 3])], ([a, b]) => tensordot(a!, b!)),
      sample("empty", [draw.real([0, 3]), draw.real([3, 2])], ([a, b]) => tensordot(a!, b!, 1)),
    ],
    errors: [
      fails("ShapeError", "", (backend) =>
        tensordot(zeros([2, 3], { backend }), zeros([2, 3], { backend }), 1),
      ),
    ],
  },
  {
    ...shared,
    name: "einsum",
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
      fails("ArgumentError", "", () => einsum("i")),
      fails("ArgumentError", "", (backend) => einsum("ij,j", zeros([2, 2], { backend }))),
      fails("ShapeError", "", (backend) =>
        einsum("i,i->", zeros([2], { backend }), zeros([3], { backend })),
      ),
    ],
  },
];
