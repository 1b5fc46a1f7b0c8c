import type { FunctionBuilder, Local } from "../wasm/function-builder.ts";
import type { ModuleBuilder } from "../wasm/module-builder.ts";

/**
 * Exports
 * - `fillZero(target, byteLength)`, a multiple of 4;
 * - `addTo(target, source, byteLength)`: target += source in float32, a multiple of 4;
 * - `copyPlanes(source, target, planes, height, width, s...)`: target[p][y][x] = source[p][y][x], where the six last
 *   parameters are byte strides: source plane, row, column, then target plane, row, column.
 */
export function emitPlanes(module: ModuleBuilder): void {
  module.exported("fillZero", ["i32", "i32"], [], (body) => {
    const [target, byteLength] = body.parameters as [Local, Local];
    const wholeEnd = body.local("i32");
    const zero = body.constant("f32x4", 0);
    body.op("i32.add", target, byteLength).set(byteLength);
    body.op("i32.sub", byteLength, target).op("i32.and", -16).op("i32.add", target).set(wholeEnd);
    body.countUp(target, wholeEnd, 16, () => {
      body.store("v128.store", target, zero);
    });
    body.countUp(target, byteLength, 4, () => {
      body.store("i32.store", target, 0);
    });
  });
  module.exported("addTo", ["i32", "i32", "i32"], [], (body) => {
    const [target, source, byteLength] = body.parameters as [Local, Local, Local];
    const wholeEnd = body.local("i32");
    body.op("i32.add", target, byteLength).set(byteLength);
    body.op("i32.sub", byteLength, target).op("i32.and", -16).op("i32.add", target).set(wholeEnd);
    const step = (bytes: number): void => {
      body.op("i32.add", source, bytes).set(source);
    };
    body.countUp(target, wholeEnd, 16, () => {
      body.get(target).load("v128.load", target).load("v128.load", source).op("f32x4.add");
      body.store("v128.store");
      step(16);
    });
    body.countUp(target, byteLength, 4, () => {
      body.get(target).load("f32.load", target).load("f32.load", source).op("f32.add");
      body.store("f32.store");
      step(4);
    });
  });
  module.exported("copyPlanes", Array<"i32">(11).fill("i32"), [], emitCopyPlanes);
}

function emitCopyPlanes(body: FunctionBuilder): void {
  const [
    source,
    target,
    planes,
    height,
    width,
    fromPlane,
    fromRow,
    fromColumn,
    toPlane,
    toRow,
    toColumn,
  ] = body.parameters as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  const i32 = (): Local => body.local("i32");
  const [fromVector, low, high] = [i32(), body.local("v128"), body.local("v128")];
  const [plane, y, x, from, to, vectors, fromLine, toLine] = [
    i32(),
    i32(),
    i32(),
    i32(),
    i32(),
    i32(),
    i32(),
    i32(),
  ] as [Local, Local, Local, Local, Local, Local, Local, Local];
  // Whole vectors only of neighbours, or from every second column to neighbours.
  body.op("i32.and", width, -4).get(0);
  body.op("i32.eq", fromColumn, 4).op("i32.eq", fromColumn, 8).op("i32.or");
  body.op("i32.eq", toColumn, 4).op("i32.and").select().set(vectors);
  body.op("i32.shl", fromColumn, 2).set(fromVector);
  body.countUp(plane, planes, 1, () => {
    body.get(source).set(fromLine);
    body.get(target).set(toLine);
    body.get(0).set(y);
    body.countUp(y, height, 1, () => {
      body.get(fromLine).set(from);
      body.get(toLine).set(to);
      body.get(0).set(x);
      body.countUp(x, vectors, 4, () => {
        body.load("v128.load", from).set(low);
        body.op("i32.eq", fromColumn, 8).if(() => {
          // Not behind the last column that is wanted.
          body.load("v128.load", from, 12).set(high);
          body.shuffle32([0, 2, 5, 7], low, high).set(low);
        });
        body.store("v128.store", to, low);
        body.op("i32.add", from, fromVector).set(from);
        body.op("i32.add", to, 16).set(to);
      });
      body.countUp(x, width, 1, () => {
        body.get(to).load("i32.load", from).store("i32.store");
        body.op("i32.add", from, fromColumn).set(from);
        body.op("i32.add", to, toColumn).set(to);
      });
      body.op("i32.add", fromLine, fromRow).set(fromLine);
      body.op("i32.add", toLine, toRow).set(toLine);
    });
    body.op("i32.add", source, fromPlane).set(source);
    body.op("i32.add", target, toPlane).set(target);
  });
}
