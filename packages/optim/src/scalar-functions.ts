import { scalar } from "@dl/backend";

// The scalar instructions by their bare names, for formulas.
export const abs: typeof scalar.abs = scalar.abs;
export const add: typeof scalar.add = scalar.add;
export const cast: typeof scalar.cast = scalar.cast;
export const div: typeof scalar.div = scalar.div;
export const isNaN: typeof scalar.isNaN = scalar.isNaN;
export const less: typeof scalar.less = scalar.less;
export const max: typeof scalar.max = scalar.max;
export const min: typeof scalar.min = scalar.min;
export const mul: typeof scalar.mul = scalar.mul;
export const select: typeof scalar.select = scalar.select;
export const sqrt: typeof scalar.sqrt = scalar.sqrt;
export const sub: typeof scalar.sub = scalar.sub;
