import { ModuleBuilder } from "./module-builder.ts";

let supported: boolean | undefined;

/** Whether this engine has relaxed SIMD: V8 from 11.4 (Node 21, Chrome 114), and Node 20, which is asked for it. */
export function hasRelaxedSimd(): boolean {
  supported ??= isAccepted() || (askNode20() && isAccepted());
  return supported;
}

function isAccepted(): boolean {
  const module = new ModuleBuilder({ sharedMemory: false, fusedMultiplyAdd: true });
  module.function(["v128"], ["v128"], (body) => {
    const x = body.parameters[0]!;
    body.get(x).multiplyAdd(x, x);
  });
  return WebAssembly.validate(module.finish());
}

interface NodeProcess {
  readonly versions?: { readonly v8?: string };
  getBuiltinModule?(name: "node:v8"): { setFlagsFromString(flags: string): void };
}

/**
 * Node 20 (V8 11.3) has the instructions behind a flag that may be set while it runs.
 * Other versions are left alone: they would report an unknown flag.
 */
function askNode20(): boolean {
  const { process } = globalThis as { process?: NodeProcess };
  if (process?.versions?.v8?.startsWith("11.3.") !== true) return false;
  const v8 = process.getBuiltinModule?.("node:v8");
  v8?.setFlagsFromString("--experimental-wasm-relaxed-simd");
  return v8 !== undefined;
}
