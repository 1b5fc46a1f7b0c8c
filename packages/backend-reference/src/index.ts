export { evaluateProgram } from "./compile-program.ts";
export { emittersAt } from "./emitters.ts";
export type { ElementPosition } from "./emitters.ts";
export { erf, erfc } from "./erf.ts";
export { reference } from "./reference-backend.ts";
