import type { Scalar } from "@dl/backend";
import { ArgumentReader } from "./argument-block.ts";
import { eachCoordinate } from "./coordinates.ts";
import { pushWord, type VectorValue } from "./vector-value.ts";
import { ExpressionCode } from "./expression-code.ts";
import { InputReader, type AccessMode } from "./input-reader.ts";
import type { FunctionBuilder, Local } from "./wasm/function-builder.ts";
import type { ModuleBuilder } from "./wasm/module-builder.ts";

/** What the code of a map depends on; sizes, strides and addresses are arguments. */
export interface MapSignature {
  readonly values: readonly Scalar[];
  /** The input slots that are read, and how each lies along the inner axis. */
  readonly slots: readonly number[];
  readonly modes: readonly AccessMode[];
  /** Axes besides the inner one, after joining. */
  readonly outerAxes: number;
  readonly parameterCount: number;
}

/** How the domain is cut into units of work: chunks of rows of the inner axis. */
export interface MapUnits {
  /** Elements of a chunk; a multiple of 4. */
  readonly chunk: number;
  /**
   * Whether a chunk's place in its row is the outer of the two counters. Strided inputs want short
   * chunks in that order: the cache lines one row touches still serve the rows beside it.
   */
  readonly isColumnMajor: boolean;
}

export function mapUnits(modes: readonly AccessMode[], outerAxes: number): MapUnits {
  const isColumnMajor = outerAxes > 0 && modes.includes("strided");
  return { chunk: isColumnMajor ? 64 : 4096, isColumnMajor };
}

/**
 * Exports `run`. A unit of work is one chunk of one row; see {@link mapUnits}.
 *
 * Geometry words: inner size, size of the inner of the two unit counters, outer sizes, then for each input its outer strides and,
 * if strided, its inner stride; strides in bytes.
 */
export function emitMapKernel(module: ModuleBuilder, signature: MapSignature): void {
  module.exported("run", ["i32", "i32", "i32", "i32"], [], (body) =>
    emitRun(body, signature, body.parameters as [Local, Local, Local, Local]),
  );
}

function emitRun(
  body: FunctionBuilder,
  { values, slots, modes, outerAxes, parameterCount }: MapSignature,
  [args, scratch, begin, end]: readonly [Local, Local, Local, Local],
): void {
  const { chunk, isColumnMajor } = mapUnits(modes, outerAxes);
  const words = new ArgumentReader(body, args);
  const bases = words.integers(slots.length);
  const outputBases = words.integers(values.length);
  const parameters = Array.from({ length: parameterCount }, () => words.splat());
  const innerSize = words.integer();
  const innerUnits = words.integer();
  const sizes = words.integers(outerAxes);
  const readers = modes.map((mode) => {
    const outerStrides = words.integers(outerAxes);
    const stride = mode === "strided" ? words.integer() : undefined;
    return { outerStrides, reader: new InputReader(body, mode, stride) };
  });
  const readerOf = (slot: number): InputReader => readers[slots.indexOf(slot)]!.reader;
  const code = new ExpressionCode(
    body,
    values,
    (slot) => (readerOf(slot).mode === "broadcast" ? 1 : 2),
    parameters,
    scratch,
  );

  const [row, start, count, position] = [0, 1, 2, 3].map(() => body.local("i32")) as [
    Local,
    Local,
    Local,
    Local,
  ];
  const outputs = values.map(() => body.local("i32"));
  const emitVectors = vectorLoop(body, scratch, position, count, outputs);

  body.countUp(begin, end, 1, () => {
    const [slow, fast] = isColumnMajor ? [start, row] : [row, start];
    body.op("i32.div_u", begin, innerUnits).set(slow);
    body.get(begin).op("i32.mul", slow, innerUnits).op("i32.sub").set(fast);
    body.op("i32.mul", start, chunk).set(start);
    // min(innerSize - start, chunk)
    body.op("i32.sub", innerSize, start).tee(count).get(chunk);
    body.op("i32.lt_u", count, chunk).select().set(count);
    body.op("i32.mul", row, innerSize).op("i32.add", start).set(position);

    readers.forEach(({ reader }, i) => {
      body.get(bases[i]!);
      if (reader.mode === "contiguous") body.op("i32.shl", start, 2).op("i32.add");
      else if (reader.stride !== undefined) body.op("i32.mul", start, reader.stride).op("i32.add");
      body.set(reader.pointer);
    });
    eachCoordinate(body, row, sizes, (coordinate, axis) => {
      for (const { reader, outerStrides } of readers) {
        body.get(reader.pointer).op("i32.mul", coordinate, outerStrides[axis]!);
        body.op("i32.add").set(reader.pointer);
      }
    });
    for (const { reader } of readers) {
      reader.loadRow();
      reader.useAllLanes();
    }
    outputs.forEach((output, i) =>
      body.op("i32.shl", position, 2).op("i32.add", outputBases[i]!).set(output),
    );
    const rowValues = code.emitRow((slot) => readerOf(slot).row!);

    emitVectors(
      readers.map(({ reader }) => reader),
      () =>
        code.emit(
          values,
          {
            position,
            positions: undefined,
            input: (slot) => loaded(body, readerOf(slot)),
          },
          rowValues,
        ),
    );
  });
}

/**
 * The loop over `count` elements from `position` on. The last ones, fewer than a vector, go through
 * the same code once more, written to scratch first: wherever an element falls, its bits are the same.
 */
function vectorLoop(
  body: FunctionBuilder,
  scratch: Local,
  position: Local,
  count: Local,
  outputs: readonly Local[],
): (readers: readonly InputReader[], emit: () => readonly VectorValue[]) => void {
  const [vectorEnd, rest, isTail] = [0, 1, 2].map(() => body.local("i32")) as [Local, Local, Local];
  const tails = outputs.map(() => body.local("i32"));
  return (readers, emit) => {
    body.op("i32.and", count, 3).set(rest);
    body.op("i32.sub", count, rest).op("i32.add", position).set(vectorEnd);
    body.get(0).set(isTail);
    body.block((done) => {
      body.loop((again) => {
        body.countUp(position, vectorEnd, 4, () => {
          emit().forEach((value, i) => {
            body.get(outputs[i]!);
            pushWord(body, value);
            body.store("v128.store");
            body.op("i32.add", outputs[i]!, 16).set(outputs[i]!);
          });
          for (const reader of readers) reader.advance();
        });
        body.get(isTail).if(() => {
          tails.forEach((tail, i) => copyLanes(body, scratch, 16 * i, tail, rest));
          body.branch(done);
        });
        body.op("i32.eqz", rest).branchIf(done);
        body.get(1).set(isTail);
        body.op("i32.add", vectorEnd, 4).set(vectorEnd);
        tails.forEach((tail, i) => {
          body.get(outputs[i]!).set(tail);
          body.op("i32.add", scratch, 16 * i).set(outputs[i]!);
        });
        for (const reader of readers) reader.useLanes(rest);
        body.branch(again);
      });
    });
  };
}

function loaded(body: FunctionBuilder, reader: InputReader): Local {
  const local = body.local("v128");
  reader.load();
  body.set(local);
  return local;
}

/** Copies `count` (1 to 3) words from scratch to `target`. */
export function copyLanes(
  body: FunctionBuilder,
  scratch: Local,
  offset: number,
  target: Local,
  count: Local,
): void {
  const copy = (lane: number): void => {
    body.get(target).load("i32.load", scratch, offset + 4 * lane);
    body.store("i32.store", undefined, undefined, 4 * lane);
  };
  copy(0);
  body.op("i32.gt_u", count, 1).if(() => {
    copy(1);
    body.op("i32.gt_u", count, 2).if(() => copy(2));
  });
}
