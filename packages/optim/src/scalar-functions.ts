import { scalar } from "@dl/backend";

// By their bare names, the scalar instructions that formulas share.
export const add: typeof scalar.add = scalar.add;
export const div: typeof scalar.div = scalar.div;
export const max: typeof scalar.max = scalar.max;
export const mul: typeof scalar.mul = scalar.mul;
export const sqrt: typeof scalar.sqrt = scalar.sqrt;
export const sub: typeof scalar.sub = scalar.sub;
