import {
  chunk,
  concatenate,
  diagonal,
  diagonalMatrix,
  expand,
  flatten,
  flip,
  matrixTranspose,
  meshgrid,
  moveAxis,
  narrow,
  pad,
  permute,
  repeatInterleave,
  reshape,
  roll,
  select,
  slice,
  split,
  squeeze,
  stack,
  tile,
  trace,
  transpose,
  tril,
  triu,
  unbind,
  unflatten,
  unsqueeze,
  zeros,
} from "@dl/tensor";
import { allTypes, fails, numberTypes, overShapes, sample, type OpRecord } from "./record.ts";

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
      fails("ShapeError", "", (backend) => reshape(zeros([2, 3], { backend }), [4])),
      fails("ShapeError", "", (backend) => reshape(zeros([2, 3], { backend }), [4, -1])),
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
    errors: [fails("AxisError", "", (backend) => flatten(zeros([2, 3], { backend }), 1, 0))],
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
      fails("ShapeError", "", (backend) => unflatten(zeros([2, 6], { backend }), 1, [4, 2])),
    ],
  },
  {
    ...shared,
    name: "squeeze",
    samples: (draw) => [
      ...overShapes(draw, [[1, 3, 1], [1], [], [1, 0]], (x) => squeeze(x)),
      sample("one axis", [draw.real([1, 3, 1])], ([x]) => squeeze(x!, -1)),
    ],
    errors: [fails("AxisError", "", (backend) => squeeze(zeros([1, 3], { backend }), 2))],
  },
  {
    ...shared,
    name: "unsqueeze",
    samples: (draw) => [
      ...overShapes(draw, [[2, 3], [], [0]], (x) => unsqueeze(x, 0)),
      sample("two axes", [draw.real([2, 3])], ([x]) => unsqueeze(x!, [1, -1])),
    ],
    errors: [fails("AxisError", "", (backend) => unsqueeze(zeros([3], { backend }), 3))],
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
    errors: [fails("ShapeError", "", (backend) => expand(zeros([2], { backend }), [3]))],
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
      fails("AxisError", "", (backend) => permute(zeros([2, 3], { backend }), [0])),
      fails("AxisError", "", (backend) => permute(zeros([2, 3], { backend }), [0, 0])),
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
    errors: [fails("AxisError", "", (backend) => transpose(zeros([2, 3], { backend }), 0, 2))],
  },
  {
    ...shared,
    name: "matrixTranspose",
    samples: (draw) => overShapes(draw, [[2, 3, 4], [0, 3], [1, 1]], (x) => matrixTranspose(x)),
    errors: [fails("ShapeError", "", (backend) => matrixTranspose(zeros([3], { backend })))],
  },
  {
    ...shared,
    name: "moveAxis",
    samples: (draw) => overShapes(draw, [[2, 3, 4], [0, 3, 1], [1, 1]], (x) => moveAxis(x, 0, -1)),
    errors: [fails("AxisError", "", (backend) => moveAxis(zeros([3], { backend }), 1, 0))],
  },
  {
    ...shared,
    name: "slice",
    samples: (draw) => [
      sample("position", [draw.real([3, 4])], ([x]) => slice(x!, [-1])),
      sample("ranges", [draw.real([4, 5])], ([x]) => slice(x!, [[1, 3], [null, -1]])),
      sample("backwards", [draw.real([4, 5])], ([x]) => slice(x!, ["...", [null, null, -2]])),
      sample("steps", [draw.real([7])], ([x]) => slice(x!, [[1, null, 3]])),
      sample("nothing", [draw.real([3, 2])], ([x]) => slice(x!, [[2, 1]])),
      sample("empty", [draw.real([0, 2])], ([x]) => slice(x!, [null, 1])),
      sample("one element", [draw.real([1])], ([x]) => slice(x!, [0])),
    ],
    errors: [
      fails("ArgumentError", "", (backend) => slice(zeros([3], { backend }), [3])),
      fails("ArgumentError", "", (backend) => slice(zeros([3], { backend }), [[0, 2, 0]])),
      fails("AxisError", "", (backend) => slice(zeros([3], { backend }), [0, 0])),
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
    errors: [fails("ArgumentError", "", (backend) => narrow(zeros([3], { backend }), 0, 2, 2))],
  },
  {
    ...shared,
    name: "select",
    samples: (draw) => [
      sample("axis 1", [draw.real([2, 3, 2])], ([x]) => select(x!, 1, -1)),
      sample("one element", [draw.real([1])], ([x]) => select(x!, 0, 0)),
      sample("empty beside", [draw.real([2, 0])], ([x]) => select(x!, 0, 1)),
    ],
    errors: [fails("ArgumentError", "", (backend) => select(zeros([3], { backend }), 0, 3))],
  },
  {
    ...shared,
    name: "flip",
    samples: (draw) => [
      ...overShapes(draw, [[2, 3], [0, 2], [1], []], (x) => flip(x)),
      sample("one axis", [draw.real([2, 3, 2])], ([x]) => flip(x!, 1)),
    ],
    errors: [fails("AxisError", "", (backend) => flip(zeros([3], { backend }), [0, 0]))],
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
    errors: [fails("ArgumentError", "", (backend) => roll(zeros([3], { backend }), 0.5, 0))],
  },
  {
    ...shared,
    name: "concatenate",
    samples: (draw) => [
      sample("axis 1", [draw.real([2, 3]), draw.real([2, 1])], (xs) => concatenate(xs, 1)),
      sample("three", [draw.real([2]), draw.real([0]), draw.real([3])], (xs) => concatenate(xs)),
      sample("one", [draw.real([2])], (xs) => concatenate(xs)),
    ],
    errors: [
      fails("ArgumentError", "", () => concatenate([])),
      fails("ShapeError", "", (backend) =>
        concatenate([zeros([2, 3], { backend }), zeros([2, 2], { backend })]),
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
      fails("ShapeError", "", (backend) =>
        stack([zeros([2], { backend }), zeros([3], { backend })]),
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
    errors: [fails("ArgumentError", "", (backend) => tile(zeros([3], { backend }), [-1]))],
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
      fails("ArgumentError", "", (backend) => repeatInterleave(zeros([3], { backend }), 1.5, 0)),
    ],
  },
  {
    ...shared,
    name: "meshgrid",
    samples: (draw) => [
      sample("two", [draw.real([2]), draw.real([3])], (xs) => meshgrid(xs)),
      sample("with empty", [draw.real([2]), draw.real([0])], (xs) => meshgrid(xs)),
      sample("one element", [draw.real([1])], (xs) => meshgrid(xs)),
    ],
    errors: [fails("ShapeError", "", (backend) => meshgrid([zeros([2, 2], { backend })]))],
  },
  {
    ...shared,
    name: "pad",
    samples: (draw) => [
      sample("zeros", [draw.real([2, 3])], ([x]) => pad(x!, [[1, 0], [2, 1]])),
      sample("value", [draw.real([2, 3])], ([x]) => pad(x!, [[1, 2]], { value: 3 })),
      sample("reflect", [draw.real([2, 5])], ([x]) => pad(x!, [[3, 2]], { mode: "reflect" })),
      sample("replicate", [draw.real([2, 3])], ([x]) =>
        pad(x!, [[1, 1], [0, 2]], { mode: "replicate" }),
      ),
      sample("circular", [draw.real([2, 3])], ([x]) => pad(x!, [[2, 1]], { mode: "circular" })),
      sample("empty", [draw.real([0, 2])], ([x]) => pad(x!, [[1, 1], [0, 0]])),
      sample("scalar", [draw.real([])], ([x]) => pad(x!, [])),
    ],
    errors: [
      fails("ArgumentError", "", (backend) => pad(zeros([3], { backend }), [[-1, 0]])),
      fails("ShapeError", "", (backend) =>
        pad(zeros([3], { backend }), [[3, 0]], { mode: "reflect" }),
      ),
      fails("ShapeError", "", (backend) => pad(zeros([3], { backend }), [[1, 0], [1, 0]])),
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
      fails("ArgumentError", "", (backend) => split(zeros([5], { backend }), [2, 2])),
      fails("ArgumentError", "", (backend) => split(zeros([5], { backend }), 0)),
    ],
  },
  {
    ...shared,
    name: "chunk",
    samples: (draw) => overShapes(draw, [[5, 2], [1], [4]], (x) => chunk(x, 2)),
    errors: [fails("ArgumentError", "", (backend) => chunk(zeros([5], { backend }), 0))],
  },
  {
    ...shared,
    name: "unbind",
    samples: (draw) => [
      ...overShapes(draw, [[2, 3], [3], [1, 0]], (x) => unbind(x)),
      sample("axis 1", [draw.real([2, 3])], ([x]) => unbind(x!, 1)),
    ],
    errors: [fails("AxisError", "", (backend) => unbind(zeros([5], { backend }), 1))],
  },
  {
    ...shared,
    name: "tril",
    samples: (draw) => [
      ...overShapes(draw, [[3, 4], [2, 3, 3], [1, 1], [0, 2]], (x) => tril(x)),
      sample("above", [draw.real([3, 4])], ([x]) => tril(x!, 1)),
    ],
    errors: [
      fails("ShapeError", "", (backend) => tril(zeros([5], { backend }))),
      fails("ArgumentError", "", (backend) => tril(zeros([5, 5], { backend }), 0.5)),
    ],
  },
  {
    ...shared,
    name: "triu",
    samples: (draw) => [
      ...overShapes(draw, [[3, 4], [2, 3, 3], [1, 1], [0, 2]], (x) => triu(x)),
      sample("below", [draw.real([3, 4])], ([x]) => triu(x!, -1)),
    ],
    errors: [fails("ShapeError", "", (backend) => triu(zeros([5], { backend })))],
  },
  {
    ...shared,
    name: "diagonal",
    samples: (draw) => [
      ...overShapes(draw, [[3, 4], [2, 3, 3], [1, 1], [0, 2]], (x) => diagonal(x)),
      sample("above", [draw.real([3, 4])], ([x]) => diagonal(x!, 1)),
      sample("below", [draw.real([3, 4])], ([x]) => diagonal(x!, -2)),
      sample("outside", [draw.real([3, 4])], ([x]) => diagonal(x!, 4)),
    ],
    errors: [fails("ShapeError", "", (backend) => diagonal(zeros([5], { backend })))],
  },
  {
    ...shared,
    name: "diagonalMatrix",
    samples: (draw) => overShapes(draw, [[3], [2, 3], [1], [0]], (x) => diagonalMatrix(x)),
    errors: [fails("ShapeError", "", (backend) => diagonalMatrix(zeros([], { backend })))],
  },
  {
    ...shared,
    name: "trace",
    dtypes: numberTypes,
    samples: (draw) => overShapes(draw, [[3, 4], [2, 3, 3], [1, 1], [0, 2]], (x) => trace(x)),
    errors: [fails("ShapeError", "", (backend) => trace(zeros([5], { backend })))],
  },
];
