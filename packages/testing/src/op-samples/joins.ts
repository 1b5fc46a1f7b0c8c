import {
  chunk,
  concatenate,
  meshgrid,
  pad,
  repeatInterleave,
  split,
  stack,
  tile,
  unbind,
  zeros,
} from "@dl/tensor";
import { allTypes, fails, overShapes, sample, type OpRecord } from "./record.ts";

const shared = { theme: "shapes", differentiable: true, dtypes: allTypes } as const;

/** Tensors put together, stretched and cut apart. */
export const joinRecords: readonly OpRecord[] = [
  {
    ...shared,
    name: "concatenate",
    samples: (draw) => [
      sample("axis 1", [draw.real([2, 3]), draw.real([2, 1])], (xs) => concatenate(xs, 1)),
      sample("three", [draw.real([2]), draw.real([0]), draw.real([3])], (xs) => concatenate(xs)),
      sample("one", [draw.real([2])], (xs) => concatenate(xs)),
    ],
    errors: [
      fails("ArgumentError", "concatenate: needs at least one tensor: received none.", () =>
        concatenate([]),
      ),
      fails(
        "ShapeError",
        "concatenate: shapes differ outside axis 0: [2, 3] and [2, 2]. Make all other sizes equal.",
        (backend) => concatenate([zeros([2, 3], { backend }), zeros([2, 2], { backend })]),
      ),
    ],
  },
  {
    ...shared,
    name: "stack",
    samples: (draw) => [
      sample("front", [draw.real([2, 3]), draw.real([2, 3])], (xs) => stack(xs)),
      sample("back", [draw.real([2]), draw.real([2]), draw.real([2])], (xs) => stack(xs, -1)),
      sample("scalars", [draw.real([]), draw.real([])], (xs) => stack(xs)),
      sample("empty", [draw.real([0]), draw.real([0])], (xs) => stack(xs)),
    ],
    errors: [
      fails(
        "ShapeError",
        "stack: shapes differ: [2] and [3]. Stacked tensors must have one shape.",
        (backend) => stack([zeros([2], { backend }), zeros([3], { backend })]),
      ),
    ],
  },
  {
    ...shared,
    name: "tile",
    samples: (draw) => [
      sample("both axes", [draw.real([2, 3])], ([x]) => tile(x!, [2, 2])),
      sample("more counts", [draw.real([3])], ([x]) => tile(x!, [2, 1, 2])),
      sample("no times", [draw.real([3])], ([x]) => tile(x!, [0])),
      sample("scalar", [draw.real([])], ([x]) => tile(x!, [3])),
    ],
    errors: [
      fails(
        "ArgumentError",
        "tile: counts must be whole numbers of at least 0: received -1.",
        (backend) => tile(zeros([3], { backend }), [-1]),
      ),
    ],
  },
  {
    ...shared,
    name: "repeatInterleave",
    samples: (draw) => [
      sample("axis 0", [draw.real([2, 3])], ([x]) => repeatInterleave(x!, 2, 0)),
      sample("axis 1", [draw.real([2, 3])], ([x]) => repeatInterleave(x!, 3, -1)),
      sample("empty", [draw.real([0])], ([x]) => repeatInterleave(x!, 3, 0)),
    ],
    errors: [
      fails(
        "ArgumentError",
        "repeatInterleave: counts must be whole numbers of at least 0: received 1.5.",
        (backend) => repeatInterleave(zeros([3], { backend }), 1.5, 0),
      ),
    ],
  },
  {
    ...shared,
    name: "meshgrid",
    samples: (draw) => [
      sample("two", [draw.real([2]), draw.real([3])], (xs) => meshgrid(xs)),
      sample("with empty", [draw.real([2]), draw.real([0])], (xs) => meshgrid(xs)),
      sample("one element", [draw.real([1])], (xs) => meshgrid(xs)),
      sample("scalar", [draw.real([]), draw.real([2])], (xs) => meshgrid(xs)),
    ],
    errors: [
      fails(
        "ShapeError",
        "meshgrid: needs tensors with at most one axis, got shape [2, 2]. Use flatten().",
        (backend) => meshgrid([zeros([2, 2], { backend })]),
      ),
    ],
  },
  {
    ...shared,
    name: "pad",
    samples: (draw) => [
      sample("zeros", [draw.real([2, 3])], ([x]) =>
        pad(x!, [
          [1, 0],
          [2, 1],
        ]),
      ),
      sample("value", [draw.real([2, 3])], ([x]) => pad(x!, [[1, 2]], { value: 3 })),
      sample("reflect", [draw.real([2, 5])], ([x]) => pad(x!, [[3, 2]], { mode: "reflect" })),
      sample("replicate", [draw.real([2, 3])], ([x]) =>
        pad(
          x!,
          [
            [1, 1],
            [0, 2],
          ],
          { mode: "replicate" },
        ),
      ),
      sample("circular", [draw.real([2, 3])], ([x]) => pad(x!, [[2, 1]], { mode: "circular" })),
      sample("empty", [draw.real([0, 2])], ([x]) =>
        pad(x!, [
          [1, 1],
          [0, 0],
        ]),
      ),
      sample("scalar", [draw.real([])], ([x]) => pad(x!, [])),
    ],
    errors: [
      fails(
        "ArgumentError",
        "pad: needs pairs [before, after] of whole numbers of at least 0: received [[-1, 0]]. Cut with slice or narrow.",
        (backend) => pad(zeros([3], { backend }), [[-1, 0]]),
      ),
      fails(
        "ShapeError",
        "pad: reflect cannot add [3, 0] to axis 0 of [3]. At most 2 on each side.",
        (backend) => pad(zeros([3], { backend }), [[3, 0]], { mode: "reflect" }),
      ),
      fails(
        "ShapeError",
        "pad: 2 pairs for a tensor of shape [3]: received [[1, 0], [1, 0]]. Give at most one per axis.",
        (backend) =>
          pad(zeros([3], { backend }), [
            [1, 0],
            [1, 0],
          ]),
      ),
    ],
  },
  {
    ...shared,
    name: "split",
    samples: (draw) => [
      sample("equal", [draw.real([5, 2])], ([x]) => split(x!, 2)),
      sample("sizes", [draw.real([2, 5])], ([x]) => split(x!, [1, 0, 4], 1)),
      sample("empty", [draw.real([0])], ([x]) => split(x!, 2)),
    ],
    errors: [
      fails(
        "ArgumentError",
        "split: sizes must be whole numbers of at least 0 that add up to 5, the size of axis 0 of [5]: received [2, 2].",
        (backend) => split(zeros([5], { backend }), [2, 2]),
      ),
      fails(
        "ArgumentError",
        "split: the size of a part must be a whole number of at least 1: received 0.",
        (backend) => split(zeros([5], { backend }), 0),
      ),
    ],
  },
  {
    ...shared,
    name: "chunk",
    samples: (draw) => overShapes(draw, [[5, 2], [1], [4]], (x) => chunk(x, 2)),
    errors: [
      fails(
        "ArgumentError",
        "chunk: the number of parts must be a whole number of at least 1: received 0.",
        (backend) => chunk(zeros([5], { backend }), 0),
      ),
    ],
  },
  {
    ...shared,
    name: "unbind",
    samples: (draw) => [
      ...overShapes(draw, [[2, 3], [3], [1, 0]], (x) => unbind(x)),
      sample("axis 1", [draw.real([2, 3])], ([x]) => unbind(x!, 1)),
    ],
    errors: [
      fails(
        "AxisError",
        "unbind: axis 1 is out of range for a tensor with 1 axis. Use 0 or -1.",
        (backend) => unbind(zeros([5], { backend }), 1),
      ),
    ],
  },
];
