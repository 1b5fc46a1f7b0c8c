import { walk } from "./accumulator.ts";
import { accumulator } from "./accumulators.ts";
import { pushWord } from "./vector-value.ts";
import { emitIota } from "./expression-code.ts";
import { ReduceFrame, type ReduceSignature } from "./reduce-kernel.ts";
import type { FunctionBuilder, Local } from "./wasm/function-builder.ts";
import type { ModuleBuilder } from "./wasm/module-builder.ts";

/**
 * Exports `run`, lanes along the last kept axis. A unit of work is a group of `4 * vectors`
 * neighbouring output elements, so that each cache line of the input is read once.
 */
export function emitReduceColumns(module: ModuleBuilder, signature: ReduceSignature): void {
  module.exported("run", ["i32", "i32", "i32", "i32"], [], (body) => emitRun(body, signature));
}

function emitRun(body: FunctionBuilder, signature: ReduceSignature): void {
  const [, scratch, begin, end] = body.parameters as [Local, Local, Local, Local];
  const { value, vectors, held } = signature;
  const frame = new ReduceFrame(body, signature);
  const state = accumulator(body, signature.op, value.dtype, vectors, signature.hypot);
  const iota = emitIota(body);
  const [row, start, count, steps, target, copied] = Array.from({ length: 6 }, () =>
    body.local("i32"),
  ) as [Local, Local, Local, Local, Local, Local];
  const width = 4 * vectors;
  // Inputs that stay the same while a group is reduced are read into these once.
  const heldValues = frame.inputs.map((_, i) =>
    held[i] ? Array.from({ length: vectors }, () => body.local("v128")) : [],
  );

  const results = Array.from({ length: vectors }, () => body.local("v128"));
  body.countUp(begin, end, 1, () => {
    body.op("i32.div_u", begin, frame.groups).set(row);
    body.get(begin).op("i32.mul", row, frame.groups).op("i32.sub");
    body.op("i32.mul", width).set(start);
    body.op("i32.sub", frame.innerSize, start).tee(count).get(width);
    body.op("i32.lt_u", count, width).select().set(count);
    body.op("i32.mul", row, frame.innerSize).op("i32.add", start).op("i32.shl", 2);
    body.op("i32.add", frame.outputBase).set(target);
    frame.seek(row);
    for (const { reader, origin } of frame.inputs)
      if (reader.mode === "contiguous")
        body.get(origin).op("i32.shl", start, 2).op("i32.add").set(origin);
      else if (reader.stride !== undefined) {
        body.get(origin).op("i32.mul", start, reader.stride).op("i32.add").set(origin);
        reader.useAllLanes();
        body.op("i32.lt_u", count, 4).if(() => reader.useLanes(count));
      }
    if (frame.index !== undefined) {
      const { origin, stride } = frame.index;
      body.get(origin).op("i32.mul", start, stride).op("i32.add").set(origin);
    }
    frame.inputs.forEach(({ reader, origin }, i) => {
      if (!held[i]) return;
      body.get(origin).set(reader.pointer);
      reader.loadRow();
      heldValues[i]!.forEach((local, vector) => {
        reader.load(vector);
        body.set(local);
      });
    });
    const rows = Array.from({ length: vectors }, (_, vector) =>
      frame.code.emitRow((slot) => heldValues[signature.slots.indexOf(slot)]![vector]!),
    );
    walk(body, state, () => {
      state.reset();
      body.get(0).set(steps);
      frame.overReduced((counter) => {
        frame.inputs.forEach(({ reader, origin }, i) => {
          if (held[i]) return;
          body.get(origin).set(reader.pointer);
          reader.loadRow();
        });
        for (let vector = 0; vector < vectors; vector++) {
          const place = frame.place(4 * vector, iota, (reader) => reader.load(vector));
          const x = body.local("v128");
          pushWord(body, frame.code.emit([value], place, rows[vector]!)[0]!);
          body.set(x);
          state.fold(vector, x, () => {
            const at = body.local("v128");
            body.get(counter!).op("i32x4.splat").set(at);
            return at;
          });
        }
        if (state.blockLength !== undefined) {
          body
            .op("i32.add", steps, 1)
            .tee(steps)
            .op("i32.and", state.blockLength - 1);
          body.op("i32.eqz").if(() => state.flush());
        }
      });
      state.flush();
      results.forEach((result, vector) => {
        state.pushLanes(vector);
        body.set(result);
      });
    });
    const storeAll = (address: Local): void => {
      results.forEach((result, vector) => {
        body.store("v128.store", address, result, 16 * vector);
      });
    };
    body.op("i32.eq", count, width).if(
      () => storeAll(target),
      () => {
        storeAll(scratch);
        body.get(0).set(copied);
        body.op("i32.shl", count, 2).set(count);
        body.countUp(copied, count, 4, () => {
          body.op("i32.add", target, copied).op("i32.add", scratch, copied);
          body.load("i32.load").store("i32.store");
        });
      },
    );
  });
}
