import { ModuleBuilder } from "./module-builder.ts";

let supported: boolean | undefined;

/** Whether this engine has relaxed SIMD (V8 from Node 21, Chrome 114; behind a flag in Node 20). */
export function hasRelaxedSimd(): boolean {
  if (supported !== undefined) return supported;
  const module = new ModuleBuilder({ sharedMemory: false, fusedMultiplyAdd: true });
  module.function(["v128"], ["v128"], (body) => {
    const x = body.parameters[0]!;
    body.get(x).multiplyAdd(x, x);
  });
  supported = WebAssembly.validate(module.finish());
  return supported;
}
