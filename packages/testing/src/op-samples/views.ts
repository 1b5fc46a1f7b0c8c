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
      fails("ShapeError", "reshape: [2, 3] has 6 elements and cannot become [4]. The sizes must multiply to 6; one of them may be -1.", (backend) => reshape(zeros([2, 3], { backend }), [4])),
      fails("ShapeError", "reshape: [2, 3] has 6 elements and cannot become [4, -1]. The sizes must multiply to 6; one of them may be -1.", (backend) => reshape(zeros([2, 3], { backend }), [4, -1])),
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
    errors: [fails("AxisError", "flatten: the last axis lies before the first: start 1, end 0, shape [2, 3]. Give them from front to back.", (backend) => flatten(zeros([2, 3], { backend }), 1, 0))],
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
      fails("ShapeError", "unflatten: [6] has 6 elements and cannot become [4, 2]. The sizes must multiply to 6; one of them may be -1.", (backend) => unflatten(zeros([2, 6], { backend }), 1, [4, 2])),
    ],
  },
  {
    ...shared,
    name: "squeeze",
    samples: (draw) => [
      ...overShapes(draw, [[1, 3, 1], [1], [], [1, 0]], (x) => squeeze(x)),
      sample("one axis", [draw.real([1, 3, 1])], ([x]) => squeeze(x!, -1)),
    ],
    errors: [fails("AxisError", "squeeze: axis 2 is out of range for a tensor with 2 axes. Use 0, 1, -1 or -2.", (backend) => squeeze(zeros([1, 3], { backend }), 2))],
  },
  {
    ...shared,
    name: "unsqueeze",
    samples: (draw) => [
      ...overShapes(draw, [[2, 3], [], [0]], (x) => unsqueeze(x, 0)),
      sample("two axes", [draw.real([2, 3])], ([x]) => unsqueeze(x!, [1, -1])),
    ],
    errors: [fails("AxisError", "unsqueeze: axis 3 is out of range for a tensor with 2 axes. Use 0, 1, -1 or -2.", (backend) => unsqueeze(zeros([3], { backend }), 3))],
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
    errors: [fails("ShapeError", "expand: [2] cannot be stretched to [3]. Aligned at the end, each size must be 1 or stay as it is; -1 keeps a size and cannot name a new axis.", (backend) => expand(zeros([2], { backend }), [3]))],
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
      fails("AxisError", "permute: needs all 2 axes of [2, 3]: received [0]. Name each axis once.", (backend) => permute(zeros([2, 3], { backend }), [0])),
      fails("AxisError", "permute: axis 0 is named twice: received [0, 0].", (backend) => permute(zeros([2, 3], { backend }), [0, 0])),
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
    errors: [fails("AxisError", "transpose: axis 2 is out of range for a tensor with 2 axes. Use 0, 1, -1 or -2.", (backend) => transpose(zeros([2, 3], { backend }), 0, 2))],
  },
  {
    ...shared,
    name: "matrixTranspose",
    samples: (draw) => overShapes(draw, [[2, 3, 4], [0, 3], [1, 1]], (x) => matrixTranspose(x)),
    errors: [fails("ShapeError", "matrixTranspose: needs at least 2 axes, got shape [3]. Make one with reshape or unsqueeze.", (backend) => matrixTranspose(zeros([3], { backend })))],
  },
  {
    ...shared,
    name: "moveAxis",
    samples: (draw) => overShapes(draw, [[2, 3, 4], [0, 3, 1], [1, 1]], (x) => moveAxis(x, 0, -1)),
    errors: [fails("AxisError", "moveAxis: axis 1 is out of range for a tensor with 1 axis. Use 0 or -1.", (backend) => moveAxis(zeros([3], { backend }), 1, 0))],
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
      fails("ArgumentError", "slice: position 3 is out of range for axis 0 of [3]. Use -3 to 2.", (backend) => slice(zeros([3], { backend }), [3])),
      fails("ArgumentError", "slice: a range needs whole numbers and a step other than 0: received [0, 2, 0]. Write [start, stop, step], with null for an end of the axis.", (backend) => slice(zeros([3], { backend }), [[0, 2, 0]])),
      fails("AxisError", 'slice: 2 ranges for a tensor of shape [3]. Give at most one per axis, and "..." once.', (backend) => slice(zeros([3], { backend }), [0, 0])),
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
    errors: [fails("ArgumentError", "narrow: start 2 and length 2 leave axis 0 of [3]. Stay within its 3 positions.", (backend) => narrow(zeros([3], { backend }), 0, 2, 2))],
  },
  {
    ...shared,
    name: "select",
    samples: (draw) => [
      sample("axis 1", [draw.real([2, 3, 2])], ([x]) => select(x!, 1, -1)),
      sample("one element", [draw.real([1])], ([x]) => select(x!, 0, 0)),
      sample("empty beside", [draw.real([2, 0])], ([x]) => select(x!, 0, 1)),
    ],
    errors: [fails("ArgumentError", "select: position 3 is out of range for axis 0 of [3]. Use -3 to 2.", (backend) => select(zeros([3], { backend }), 0, 3))],
  },
  {
    ...shared,
    name: "flip",
    samples: (draw) => [
      ...overShapes(draw, [[2, 3], [0, 2], [1], []], (x) => flip(x)),
      sample("one axis", [draw.real([2, 3, 2])], ([x]) => flip(x!, 1)),
    ],
    errors: [fails("AxisError", "flip: axis 0 is named twice: received [0, 0].", (backend) => flip(zeros([3], { backend }), [0, 0]))],
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
    errors: [fails("ArgumentError", "roll: the shift must be a whole number: received 0.5.", (backend) => roll(zeros([3], { backend }), 0.5, 0))],
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
      fails("ArgumentError", "concatenate: needs at least one tensor: received none.", () => concatenate([])),
      fails("ShapeError", "concatenate: shapes differ outside axis 0: [2, 3] and [2, 2]. Make all other sizes equal.", (backend) =>
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
      fails("ShapeError", "stack: shapes differ: [2] and [3]. Stacked tensors must have one shape.", (backend) =>
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
    errors: [fails("ArgumentError", "tile: counts must be whole numbers of at least 0: received -1.", (backend) => tile(zeros([3], { backend }), [-1]))],
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
      fails("ArgumentError", "repeatInterleave: counts must be whole numbers of at least 0: received 1.5.", (backend) => repeatInterleave(zeros([3], { backend }), 1.5, 0)),
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
    errors: [fails("ShapeError", "meshgrid: needs tensors with one axis, got shape [2, 2]. Use flatten().", (backend) => meshgrid([zeros([2, 2], { backend })]))],
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
      fails("ArgumentError", "pad: needs pairs [before, after] of whole numbers of at least 0: received [[-1, 0]]. Cut with slice or narrow.", (backend) => pad(zeros([3], { backend }), [[-1, 0]])),
      fails("ShapeError", "pad: reflect cannot add [3, 0] to axis 0 of [3]. At most 2 on each side.", (backend) =>
        pad(zeros([3], { backend }), [[3, 0]], { mode: "reflect" }),
      ),
      fails("ShapeError", "pad: 2 pairs for a tensor of shape [3]: received [[1, 0], [1, 0]]. Give at most one per axis.", (backend) => pad(zeros([3], { backend }), [[1, 0], [1, 0]])),
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
      fails("ArgumentError", "split: sizes must be whole numbers of at least 0 that add up to 5, the size of axis 0 of [5]: received [2, 2].", (backend) => split(zeros([5], { backend }), [2, 2])),
      fails("ArgumentError", "split: the size of a part must be a whole number of at least 1: received 0.", (backend) => split(zeros([5], { backend }), 0)),
    ],
  },
  {
    ...shared,
    name: "chunk",
    samples: (draw) => overShapes(draw, [[5, 2], [1], [4]], (x) => chunk(x, 2)),
    errors: [fails("ArgumentError", "chunk: the number of parts must be a whole number of at least 1: received 0.", (backend) => chunk(zeros([5], { backend }), 0))],
  },
  {
    ...shared,
    name: "unbind",
    samples: (draw) => [
      ...overShapes(draw, [[2, 3], [3], [1, 0]], (x) => unbind(x)),
      sample("axis 1", [draw.real([2, 3])], ([x]) => unbind(x!, 1)),
    ],
    errors: [fails("AxisError", "unbind: axis 1 is out of range for a tensor with 1 axis. Use 0 or -1.", (backend) => unbind(zeros([5], { backend }), 1))],
  },
  {
    ...shared,
    name: "tril",
    samples: (draw) => [
      ...overShapes(draw, [[3, 4], [2, 3, 3], [1, 1], [0, 2]], (x) => tril(x)),
      sample("above", [draw.real([3, 4])], ([x]) => tril(x!, 1)),
    ],
    errors: [
      fails("ShapeError", "tril: needs at least 2 axes, got shape [5]. Make one with reshape or unsqueeze.", (backend) => tril(zeros([5], { backend }))),
      fails("ArgumentError", "tril: the offset must be a whole number: received 0.5.", (backend) => tril(zeros([5, 5], { backend }), 0.5)),
    ],
  },
  {
    ...shared,
    name: "triu",
    samples: (draw) => [
      ...overShapes(draw, [[3, 4], [2, 3, 3], [1, 1], [0, 2]], (x) => triu(x)),
      sample("below", [draw.real([3, 4])], ([x]) => triu(x!, -1)),
    ],
    errors: [fails("ShapeError", "triu: needs at least 2 axes, got shape [5]. Make one with reshape or unsqueeze.", (backend) => triu(zeros([5], { backend })))],
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
    errors: [fails("ShapeError", "diagonal: needs at least 2 axes, got shape [5]. Make one with reshape or unsqueeze.", (backend) => diagonal(zeros([5], { backend })))],
  },
  {
    ...shared,
    name: "diagonalMatrix",
    samples: (draw) => overShapes(draw, [[3], [2, 3], [1], [0]], (x) => diagonalMatrix(x)),
    errors: [fails("ShapeError", "diagonalMatrix: needs at least 1 axis, got a scalar. Use unsqueeze.", (backend) => diagonalMatrix(zeros([], { backend })))],
  },
  {
    ...shared,
    name: "trace",
    dtypes: numberTypes,
    samples: (draw) => overShapes(draw, [[3, 4], [2, 3, 3], [1, 1], [0, 2]], (x) => trace(x)),
    errors: [fails("ShapeError", "trace: needs at least 2 axes, got shape [5]. Make one with reshape or unsqueeze.", (backend) => trace(zeros([5], { backend })))],
  },
];
