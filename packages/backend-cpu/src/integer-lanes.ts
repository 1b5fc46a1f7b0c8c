import type { FunctionHandle, FunctionHost, Local } from "./wasm/function-builder.ts";

// WebAssembly has no vector form of these, so they go lane by lane.

/** Remainder with the sign of the divisor; 0 where the divisor is 0. */
export function integerModulo(host: FunctionHost, signed: boolean): FunctionHandle {
  const name = signed ? "moduloSigned" : "moduloUnsigned";
  const scalar = host.helper(`${name}Lane`, ["i32", "i32"], ["i32"], (body) => {
    const [a, b] = body.parameters as [Local, Local];
    const remainder = body.local("i32");
    body.op("i32.eqz", b).if(() => body.get(0).return());
    if (!signed) {
      body.op("i32.rem_u", a, b);
      return;
    }
    body.op("i32.rem_s", a, b).set(remainder);
    // Add the divisor where the remainder is not 0 and its sign is the other one.
    body.op("i32.add", remainder, b).get(remainder);
    body.op("i32.xor", remainder, b).op("i32.lt_s", 0);
    body.op("i32.ne", remainder, 0).op("i32.and").select();
  });
  return host.helper(name, ["v128", "v128"], ["v128"], (body) => {
    const [a, b] = body.parameters as [Local, Local];
    const result = body.local("v128");
    for (let lane = 0; lane < 4; lane++) {
      body.get(result);
      body.laneOp("i32x4.extract_lane", lane, a).laneOp("i32x4.extract_lane", lane, b);
      body.call(scalar).laneOp("i32x4.replace_lane", lane).set(result);
    }
    body.get(result);
  });
}

/** Shifts each lane by its own amount, taken modulo 32. */
export function laneShift(
  host: FunctionHost,
  direction: "left" | "right",
  signed: boolean,
): FunctionHandle {
  const name = direction === "left" ? "i32.shl" : signed ? "i32.shr_s" : "i32.shr_u";
  return host.helper(`lanes of ${name}`, ["v128", "v128"], ["v128"], (body) => {
    const [a, b] = body.parameters as [Local, Local];
    const result = body.local("v128");
    for (let lane = 0; lane < 4; lane++) {
      body.get(result);
      body.laneOp("i32x4.extract_lane", lane, a).laneOp("i32x4.extract_lane", lane, b);
      body.op(name).laneOp("i32x4.replace_lane", lane).set(result);
    }
    body.get(result);
  });
}
