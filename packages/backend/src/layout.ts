import { IdTrie } from "./intern.ts";
import { elementCount, internShape, type Shape } from "./shape.ts";

/**
 * How a tensor's elements lie in a buffer: element (i, j, ...) is at
 * `offset + i * strides[0] + j * strides[1] + ...`, in elements.
 *
 * Layouts are interned: equal ones are the same object, and `id` names it in program caches. The
 * offset is not part of it, so that a program serves every slice of the same form.
 */
export interface Layout {
  readonly id: number;
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly elementCount: number;
  /** Row-major without gaps. */
  readonly isContiguous: boolean;
}

const layouts = new IdTrie<Layout>();
const contiguousLayouts = new Map<Shape, Layout>();
let nextId = 0;

/**
 * The one shared layout of this shape with these strides.
 *
 * @example
 * internLayout([2, 3], [1, 2]).isContiguous; // => false
 */
export function internLayout(shape: Shape, strides: readonly number[]): Layout {
  const interned = internShape(shape);
  const node = layouts.child(interned.length).at(interned).at(strides);
  if (node.value === undefined) {
    const packed = contiguousStrides(interned);
    const count = elementCount(interned);
    node.value = {
      id: nextId++,
      shape: interned,
      strides: Object.freeze([...strides]),
      elementCount: count,
      isContiguous:
        count === 0 || packed.every((s, axis) => interned[axis] === 1 || s === strides[axis]),
    };
  }
  return node.value;
}

/**
 * The row-major layout of a shape, without gaps.
 *
 * @example
 * contiguousLayout([2, 3]).strides; // => [3, 1]
 */
export function contiguousLayout(shape: Shape): Layout {
  const interned = internShape(shape);
  let layout = contiguousLayouts.get(interned);
  if (layout === undefined) {
    layout = internLayout(interned, contiguousStrides(interned));
    contiguousLayouts.set(interned, layout);
  }
  return layout;
}

/**
 * Distances between neighbours along each axis, in row-major order.
 *
 * @example
 * contiguousStrides([2, 3, 4]); // => [12, 4, 1]
 */
export function contiguousStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/**
 * The same elements with the axes in another order.
 *
 * @example
 * permuteLayout(contiguousLayout([2, 3]), [1, 0]).strides; // => [1, 3]
 */
export function permuteLayout(layout: Layout, axes: readonly number[]): Layout {
  return internLayout(
    axes.map((axis) => layout.shape[axis]!),
    axes.map((axis) => layout.strides[axis]!),
  );
}

/**
 * Broadcast to `shape`: new and stretched axes get stride 0. The shapes must be compatible.
 *
 * @example
 * expandLayout(contiguousLayout([3]), internShape([2, 3])).strides; // => [0, 1]
 */
export function expandLayout(layout: Layout, shape: Shape): Layout {
  if (layout.shape === shape) return layout;
  const lead = shape.length - layout.shape.length;
  return internLayout(
    shape,
    shape.map((size, axis) =>
      axis < lead || layout.shape[axis - lead] !== size ? 0 : layout.strides[axis - lead]!,
    ),
  );
}

/**
 * A slice's layout and how far its first element lies from the old one. Steps may be negative.
 *
 * @example
 * sliceLayout(contiguousLayout([6]), [5], [3], [-2]).offset; // => 5
 */
export function sliceLayout(
  layout: Layout,
  starts: readonly number[],
  sizes: readonly number[],
  steps: readonly number[],
): { layout: Layout; offset: number } {
  const offset = sizes.includes(0)
    ? 0
    : starts.reduce((sum, start, axis) => sum + start * layout.strides[axis]!, 0);
  return {
    layout: internLayout(
      sizes,
      // Adding 0 makes -0, a broadcast axis read backwards, a plain 0.
      layout.strides.map((stride, axis) => stride * steps[axis]! + 0),
    ),
    offset,
  };
}

/**
 * The same elements under another shape, or `undefined` where that needs a copy.
 *
 * @example
 * reshapeLayout(internLayout([2, 3], [1, 2]), [6]); // => undefined
 */
export function reshapeLayout(layout: Layout, shape: Shape): Layout | undefined {
  if (layout.isContiguous) return contiguousLayout(shape);
  const strides: number[] = [];
  let axis = 0;
  // Each run of old axes that lies like one axis may be cut anew; `axis` walks the old ones.
  for (let i = 0; i < shape.length;) {
    if (shape[i] === 1) {
      strides.push(0);
      i++;
      continue;
    }
    while (layout.shape[axis] === 1) axis++;
    let oldCount = layout.shape[axis] ?? 1;
    let newCount = shape[i]!;
    let lastOld = axis;
    let lastNew = i;
    while (oldCount !== newCount) {
      if (oldCount < newCount) {
        const stride = layout.strides[lastOld]!;
        lastOld++;
        while (layout.shape[lastOld] === 1) lastOld++;
        if (stride !== layout.strides[lastOld]! * layout.shape[lastOld]!) return undefined;
        oldCount *= layout.shape[lastOld]!;
      } else newCount *= shape[++lastNew]!;
    }
    let stride = layout.strides[lastOld] ?? 1;
    for (let j = lastNew; j >= i; j--) {
      strides[j] = stride;
      stride *= shape[j]!;
    }
    axis = lastOld + 1;
    i = lastNew + 1;
  }
  return internLayout(shape, strides);
}

/**
 * Fewest axes that describe the same walk over several layouts of one shape at once.
 *
 * Axes of size 1 go, and neighbours that every layout walks as one are joined: two contiguous
 * operands become one axis whatever their shape.
 *
 * @example
 * coalesceAxes([2, 1, 3], [[3, 3, 1]]).shape; // => [6]
 */
export function coalesceAxes(
  shape: Shape,
  strides: readonly (readonly number[])[],
): { shape: number[]; strides: number[][] } {
  const sizes: number[] = [];
  const joined: number[][] = strides.map(() => []);
  for (let axis = 0; axis < shape.length; axis++) {
    const size = shape[axis]!;
    if (size === 1) continue;
    const last = sizes.length - 1;
    const joins = last >= 0 && strides.every((s, i) => joined[i]![last] === s[axis]! * size);
    if (joins) {
      sizes[last] = sizes[last]! * size;
      strides.forEach((s, i) => (joined[i]![last] = s[axis]!));
    } else {
      sizes.push(size);
      strides.forEach((s, i) => joined[i]!.push(s[axis]!));
    }
  }
  return { shape: sizes, strides: joined };
}
