import { walk } from "./accumulator.ts";
import { accumulator } from "./accumulators.ts";
import { emitIota, type Memo } from "./expression-code.ts";
import { pushWord } from "./vector-value.ts";
import { ReduceFrame, type ReduceSignature } from "./reduce-kernel.ts";
import type { FunctionBuilder, Local } from "./wasm/function-builder.ts";
import type { ModuleBuilder } from "./wasm/module-builder.ts";

/** Exports `run`, lanes along a reduced axis. A unit of work is one output element. */
export function emitReduceRows(module: ModuleBuilder, signature: ReduceSignature): void {
  module.exported("run", ["i32", "i32", "i32", "i32"], [], (body) => emitRun(body, signature));
}

function emitRun(body: FunctionBuilder, signature: ReduceSignature): void {
  const [, , begin, end] = body.parameters as [Local, Local, Local, Local];
  const { value, vectors } = signature;
  const frame = new ReduceFrame(body, signature);
  const { innerSize } = frame;
  const state = accumulator(body, signature.op, value.dtype, vectors, signature.hypot);
  const iota = emitIota(body);
  const [linear, position, unrolledEnd, blockEnd, rest] = Array.from({ length: 5 }, () =>
    body.local("i32"),
  ) as [Local, Local, Local, Local, Local];
  const step = 4 * vectors;
  body.op("i32.and", innerSize, -step).set(unrolledEnd);

  const positionsFrom = (vector: number) => (): Local => {
    const local = body.local("v128");
    body
      .op("i32.add", position, 4 * vector)
      .op("i32x4.splat")
      .op("i32x4.add", iota)
      .set(local);
    return local;
  };
  const valueAt = (vector: number, row: Memo): Local => {
    const offset = body.local("i32");
    if (frame.index !== undefined) body.op("i32.add", position, 4 * vector).set(offset);
    const place = frame.place(offset, iota, (reader) => reader.load(vector));
    const local = body.local("v128");
    pushWord(body, frame.code.emit([value], place, row)[0]!);
    body.set(local);
    return local;
  };
  const emitUnrolled = (row: Memo, limit: Local): void => {
    body.countUp(position, limit, step, () => {
      for (let vector = 0; vector < vectors; vector++)
        state.fold(vector, valueAt(vector, row), positionsFrom(vector));
      for (const { reader } of frame.inputs) reader.advance(vectors);
    });
  };
  const emitRemaining = (row: Memo): void => {
    body.countUp(position, innerSize, 4, () => {
      body.op("i32.sub", innerSize, position).set(rest);
      if (frame.inputs.some(({ reader }) => reader.mode === "strided"))
        body.op("i32.lt_u", rest, 4).if(() => {
          for (const { reader } of frame.inputs) reader.useLanes(rest);
        });
      const x = valueAt(0, row);
      body.get(x, state.neutral).get(iota).get(rest).op("i32x4.splat").op("i32x4.lt_u");
      body.op("v128.bitselect").set(x);
      state.fold(0, x, positionsFrom(0));
      for (const { reader } of frame.inputs) reader.advance();
    });
  };

  const result = body.local("v128");
  body.countUp(begin, end, 1, () => {
    body.get(begin).set(linear);
    frame.seek(linear);
    walk(body, state, () => {
      state.reset();
      frame.overReduced(() => {
        for (const { reader, origin } of frame.inputs) {
          body.get(origin).set(reader.pointer);
          reader.loadRow();
          reader.useAllLanes();
        }
        const row = frame.code.emitRow((slot) => frame.inputOf(slot).reader.row!);
        body.get(0).set(position);
        if (state.blockLength === undefined) emitUnrolled(row, unrolledEnd);
        else {
          const blockSize = step * state.blockLength;
          body.op("i32.lt_u", position, unrolledEnd).if(() => {
            body.loop((again) => {
              // min(position + blockSize, unrolledEnd), safe from overflow: sizes are below 2³⁰.
              body.op("i32.add", position, blockSize).tee(blockEnd).get(unrolledEnd);
              body.op("i32.lt_u", blockEnd, unrolledEnd).select().set(blockEnd);
              emitUnrolled(row, blockEnd);
              state.flush();
              body.op("i32.lt_u", position, unrolledEnd).branchIf(again);
            });
          });
        }
        emitRemaining(row);
        state.flush();
      });
      state.pushJoined();
      body.set(result);
    });
    // The store writes one lane, straight from a vector.
    const target = body.local("i32");
    body.op("i32.shl", begin, 2).op("i32.add", frame.outputBase).set(target);
    body.memoryLane("v128.store32_lane", 0, target, result);
  });
}
