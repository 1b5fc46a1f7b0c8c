import {
  expand,
  flatten,
  flip,
  matrixTranspose,
  moveAxis,
  narrow,
  permute,
  reshape,
  roll,
  select,
  slice,
  squeeze,
  transpose,
  unflatten,
  unsqueeze,
  zeros,
} from "@dl/tensor";
import { allTypes, fails, overShapes, sample, type OpRecord } from "./record.ts";

const shared = { theme: "shapes", differentiable: true, dtypes: allTypes } as const;

/** Operations that move elements and compute nothing. */
export const viewRecords: readonly OpRecord[] = [
  {
    ...shared,
    name: "reshape",
    samples: (draw) => [
      sample("[2, 6] to [3, 4]", [draw.real([2, 6])], ([x]) => reshape(x!, [3, 4])),
      sample("one size open", [draw.real([2, 3, 2])], ([x]) => reshape(x!, [3, -1])),
      sample("to scalar", [draw.real([1, 1])], ([x]) => reshape(x!, [])),
      sample("empty", [draw.real([0, 3])], ([x]) => reshape(x!, [3, 0])),
      sample("from scalar", [draw.real([])], ([x]) => reshape(x!, [1, 1])),
    ],
    errors: [
      fails(
        "ShapeError",
        "reshape: [2, 3] has 6 elements and cannot become [4]. The sizes must multiply to 6; one of them may be -1.",
        (backend) => reshape(zeros([2, 3], { backend }), [4]),
      ),
      fails(
        "ShapeError",
        "reshape: [2, 3] has 6 elements and cannot become [4, -1]. The sizes must multiply to 6; one of them may be -1.",
        (backend) => reshape(zeros([2, 3], { backend }), [4, -1]),
      ),
    ],
  },
  {
    ...shared,
    name: "flatten",
    samples: (draw) => [
      ...overShapes(draw, [[2, 3, 2], [], [0, 2], [5]], (x) => flatten(x)),
      sample("from axis 1", [draw.real([2, 3, 2])], ([x]) => flatten(x!, 1)),
      sample("axes 0 to 1", [draw.real([2, 3, 2])], ([x]) => flatten(x!, 0, 1)),
    ],
    errors: [
      fails(
        "AxisError",
        "flatten: the last axis lies before the first: start 1, end 0, shape [2, 3]. Give them from front to back.",
        (backend) => flatten(zeros([2, 3], { backend }), 1, 0),
      ),
    ],
  },
  {
    ...shared,
    name: "unflatten",
    samples: (draw) => [
      sample("[2, 6]", [draw.real([2, 6])], ([x]) => unflatten(x!, 1, [2, -1])),
      sample("empty", [draw.real([0, 4])], ([x]) => unflatten(x!, 1, [2, 2])),
      sample("one element", [draw.real([1])], ([x]) => unflatten(x!, 0, [1, 1])),
    ],
    errors: [
      fails(
        "ShapeError",
        "unflatten: [6] has 6 elements and cannot become [4, 2]. The sizes must multiply to 6; one of them may be -1.",
        (backend) => unflatten(zeros([2, 6], { backend }), 1, [4, 2]),
      ),
    ],
  },
  {
    ...shared,
    name: "squeeze",
    samples: (draw) => [
      ...overShapes(draw, [[1, 3, 1], [1], [], [1, 0]], (x) => squeeze(x)),
      sample("one axis", [draw.real([1, 3, 1])], ([x]) => squeeze(x!, -1)),
    ],
    errors: [
      fails(
        "AxisError",
        "squeeze: axis 2 is out of range for a tensor with 2 axes. Use 0, 1, -1 or -2.",
        (backend) => squeeze(zeros([1, 3], { backend }), 2),
      ),
    ],
  },
  {
    ...shared,
    name: "unsqueeze",
    samples: (draw) => [
      ...overShapes(draw, [[2, 3], [], [0]], (x) => unsqueeze(x, 0)),
      sample("two axes", [draw.real([2, 3])], ([x]) => unsqueeze(x!, [1, -1])),
    ],
    errors: [
      fails(
        "AxisError",
        "unsqueeze: axis 3 is out of range for a tensor with 2 axes. Use 0, 1, -1 or -2.",
        (backend) => unsqueeze(zeros([3], { backend }), 3),
      ),
    ],
  },
  {
    ...shared,
    name: "expand",
    samples: (draw) => [
      sample("[2, 1]", [draw.real([2, 1])], ([x]) => expand(x!, [2, 4])),
      sample("new axes", [draw.real([3, 1])], ([x]) => expand(x!, [2, 3, 2])),
      sample("scalar", [draw.real([])], ([x]) => expand(x!, [3])),
      sample("to nothing", [draw.real([1, 2])], ([x]) => expand(x!, [0, 2])),
      sample("kept size", [draw.real([3, 1])], ([x]) => expand(x!, [-1, 2])),
    ],
    errors: [
      fails(
        "ShapeError",
        "expand: [2] cannot be stretched to [3]. Aligned at the end, each size must be 1 or stay as it is; -1 keeps a size and cannot name a new axis.",
        (backend) => expand(zeros([2], { backend }), [3]),
      ),
    ],
  },
  {
    ...shared,
    name: "permute",
    samples: (draw) => [
      sample("three axes", [draw.real([2, 3, 4])], ([x]) => permute(x!, [2, 0, 1])),
      sample("negative axes", [draw.real([2, 3])], ([x]) => permute(x!, [-1, -2])),
      sample("empty", [draw.real([0, 3])], ([x]) => permute(x!, [1, 0])),
      sample("scalar", [draw.real([])], ([x]) => permute(x!, [])),
    ],
    errors: [
      fails(
        "AxisError",
        "permute: needs all 2 axes of [2, 3]: received [0]. Name each axis once.",
        (backend) => permute(zeros([2, 3], { backend }), [0]),
      ),
      fails("AxisError", "permute: axis 0 is named twice: received [0, 0].", (backend) =>
        permute(zeros([2, 3], { backend }), [0, 0]),
      ),
    ],
  },
  {
    ...shared,
    name: "transpose",
    samples: (draw) => [
      sample("[2, 3, 4]", [draw.real([2, 3, 4])], ([x]) => transpose(x!, 0, -1)),
      sample("empty", [draw.real([0, 3])], ([x]) => transpose(x!, 0, 1)),
      sample("one element", [draw.real([1, 1])], ([x]) => transpose(x!, 0, 1)),
    ],
    errors: [
      fails(
        "AxisError",
        "transpose: axis 2 is out of range for a tensor with 2 axes. Use 0, 1, -1 or -2.",
        (backend) => transpose(zeros([2, 3], { backend }), 0, 2),
      ),
    ],
  },
  {
    ...shared,
    name: "matrixTranspose",
    samples: (draw) =>
      overShapes(
        draw,
        [
          [2, 3, 4],
          [0, 3],
          [1, 1],
        ],
        (x) => matrixTranspose(x),
      ),
    errors: [
      fails(
        "ShapeError",
        "matrixTranspose: needs at least 2 axes, got shape [3]. Make one with reshape or unsqueeze.",
        (backend) => matrixTranspose(zeros([3], { backend })),
      ),
    ],
  },
  {
    ...shared,
    name: "moveAxis",
    samples: (draw) =>
      overShapes(
        draw,
        [
          [2, 3, 4],
          [0, 3, 1],
          [1, 1],
        ],
        (x) => moveAxis(x, 0, -1),
      ),
    errors: [
      fails(
        "AxisError",
        "moveAxis: axis 1 is out of range for a tensor with 1 axis. Use 0 or -1.",
        (backend) => moveAxis(zeros([3], { backend }), 1, 0),
      ),
    ],
  },
  {
    ...shared,
    name: "slice",
    samples: (draw) => [
      sample("position", [draw.real([3, 4])], ([x]) => slice(x!, [-1])),
      sample("ranges", [draw.real([4, 5])], ([x]) =>
        slice(x!, [
          [1, 3],
          [null, -1],
        ]),
      ),
      sample("backwards", [draw.real([4, 5])], ([x]) => slice(x!, ["...", [null, null, -2]])),
      sample("steps", [draw.real([7])], ([x]) => slice(x!, [[1, null, 3]])),
      sample("nothing", [draw.real([3, 2])], ([x]) => slice(x!, [[2, 1]])),
      sample("empty", [draw.real([0, 2])], ([x]) => slice(x!, [null, 1])),
      sample("one element", [draw.real([1])], ([x]) => slice(x!, [0])),
    ],
    errors: [
      fails(
        "ArgumentError",
        "slice: position 3 is out of range for axis 0 of [3]. Use -3 to 2.",
        (backend) => slice(zeros([3], { backend }), [3]),
      ),
      fails(
        "ArgumentError",
        "slice: a range needs whole numbers and a step other than 0: received [0, 2, 0]. Write [start, stop, step], with null for an end of the axis.",
        (backend) => slice(zeros([3], { backend }), [[0, 2, 0]]),
      ),
      fails(
        "AxisError",
        'slice: 2 ranges for a tensor of shape [3]. Give at most one per axis, and "..." once.',
        (backend) => slice(zeros([3], { backend }), [0, 0]),
      ),
    ],
  },
  {
    ...shared,
    name: "narrow",
    samples: (draw) => [
      sample("middle", [draw.real([3, 5])], ([x]) => narrow(x!, 1, 1, 3)),
      sample("from the end", [draw.real([5])], ([x]) => narrow(x!, 0, -2, 2)),
      sample("nothing", [draw.real([3])], ([x]) => narrow(x!, 0, 1, 0)),
    ],
    errors: [
      fails(
        "ArgumentError",
        "narrow: start 2 and length 2 leave axis 0 of [3]. Stay within its 3 positions.",
        (backend) => narrow(zeros([3], { backend }), 0, 2, 2),
      ),
    ],
  },
  {
    ...shared,
    name: "select",
    samples: (draw) => [
      sample("axis 1", [draw.real([2, 3, 2])], ([x]) => select(x!, 1, -1)),
      sample("one element", [draw.real([1])], ([x]) => select(x!, 0, 0)),
      sample("empty beside", [draw.real([2, 0])], ([x]) => select(x!, 0, 1)),
    ],
    errors: [
      fails(
        "ArgumentError",
        "select: position 3 is out of range for axis 0 of [3]. Use -3 to 2.",
        (backend) => select(zeros([3], { backend }), 0, 3),
      ),
    ],
  },
  {
    ...shared,
    name: "flip",
    samples: (draw) => [
      ...overShapes(draw, [[2, 3], [0, 2], [1], []], (x) => flip(x)),
      sample("one axis", [draw.real([2, 3, 2])], ([x]) => flip(x!, 1)),
    ],
    errors: [
      fails("AxisError", "flip: axis 0 is named twice: received [0, 0].", (backend) =>
        flip(zeros([3], { backend }), [0, 0]),
      ),
    ],
  },
  {
    ...shared,
    name: "roll",
    samples: (draw) => [
      sample("forwards", [draw.real([2, 5])], ([x]) => roll(x!, 2, 1)),
      sample("far back", [draw.real([5])], ([x]) => roll(x!, -7, 0)),
      sample("empty", [draw.real([0])], ([x]) => roll(x!, 1, 0)),
      sample("one element", [draw.real([1])], ([x]) => roll(x!, 3, 0)),
    ],
    errors: [
      fails("ArgumentError", "roll: the shift must be a whole number: received 0.5.", (backend) =>
        roll(zeros([3], { backend }), 0.5, 0),
      ),
    ],
  },
];
