// Where a driver's arrays come from: random numbers, or, for a check, the reference's, which arrive in
// the order and the layout of src/cases: parameters first, then data, then noise.

/** Float32Array <-> text, in Node and in pages. */
export function encodeFloats(values) {
  const bytes = new Uint8Array(Float32Array.from(values).buffer);
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192)
    text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}

function decodeFloats(text) {
  return new Float32Array(
    Uint8Array.from(atob(text), (character) => character.charCodeAt(0)).buffer,
  );
}

/**
 * `library` makes arrays of its own: uniform(shape, low, high), normal(shape), from(values, shape).
 * Shapes are those of src/cases; `order` permutes their axes to the library's layout.
 */
export function arraySource(library, given) {
  const inOwnOrder = (shape, order) =>
    order === undefined ? shape : order.map((axis) => shape[axis]);
  const uniform = (shape, low = 0, high = 1, order) =>
    given === undefined ? library.uniform(inOwnOrder(shape, order), low, high) : next(shape, order);
  const normal = (shape, order) =>
    given === undefined ? library.normal(inOwnOrder(shape, order)) : next(shape, order);
  const queue = given?.map(decodeFloats);
  const take = (count) => {
    const values = queue.shift();
    if (values?.length !== count)
      throw new Error(`the check gives ${values?.length} numbers where ${count} are needed`);
    return values;
  };
  const next = (shape, order) => {
    const values = take(shape.reduce((product, size) => product * size, 1));
    return library.from(permuted(values, shape, order), inOwnOrder(shape, order));
  };
  return {
    uniform,
    normal,
    /** Uniform in ±1/√fanIn, as every library here starts its layers. */
    weights: (shape, fanIn, order) =>
      uniform(shape, -1 / Math.sqrt(fanIn), 1 / Math.sqrt(fanIn), order),
    /** Class numbers. */
    labels: (count, classes) =>
      given === undefined
        ? Array.from({ length: count }, (_, i) => (i * 7) % classes)
        : Array.from(take(count)),
    /** Fresh numbers at every call; in a check the same ones. `keep` makes an array that can be used again. */
    noise: (shape, keep = (array) => array) => {
      if (given === undefined) return () => library.normal(shape);
      const fixed = next(shape);
      return () => keep(fixed);
    },
  };
}

/** The elements of an array of `shape` after a permutation of its axes, in row-major order. */
function permuted(values, shape, order) {
  if (order === undefined) return values;
  const strides = shape.map((_, axis) =>
    shape.slice(axis + 1).reduce((product, size) => product * size, 1),
  );
  const result = new Float32Array(values.length);
  let written = 0;
  const walk = (depth, offset) => {
    if (depth === order.length) result[written++] = values[offset];
    else
      for (let i = 0; i < shape[order[depth]]; i++)
        walk(depth + 1, offset + i * strides[order[depth]]);
  };
  walk(0, 0);
  return result;
}
