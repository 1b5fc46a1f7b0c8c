import { readFileSync } from "node:fs";
import { cpu } from "@dl/backend-cpu";
import type { Backend, DType } from "@dl/backend";
import { reference } from "@dl/backend-reference";
import { Tensor, tensor } from "@dl/tensor";
import { expect } from "vitest";
import type { Module } from "../src/index.ts";

/** A tensor as make-fixtures.py writes it. */
export interface Numbers {
  readonly dtype: "float32" | "int32" | "bool";
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** Where the fixtures are tested, in float32. */
export const backends: readonly (readonly [name: string, make: () => Promise<Backend>])[] = [
  ["reference", async () => Promise.resolve(reference())],
  ["cpu", async () => cpu()],
];

export function readCases<Case>(file: string): Case[] {
  const url = new URL(`fixtures/${file}.json`, import.meta.url);
  return (JSON.parse(readFileSync(url, "utf8")) as { cases: Case[] }).cases;
}

/** On a backend; floats in a float type of choice. */
export function tensorOf(numbers: Numbers, backend: Backend, float: DType = "float32"): Tensor {
  const dtype = numbers.dtype === "float32" ? float : numbers.dtype;
  return tensor([...numbers.data], { shape: numbers.shape, dtype, backend });
}

/** Within 1e-4 relative and 1e-5 absolute of PyTorch's float64. */
export async function expectClose(actual: Tensor, expected: Numbers, what: string): Promise<void> {
  expect(actual.shape, `${what}: shape`).toEqual(expected.shape);
  const data = await actual.data();
  const misses = expected.data.filter(
    (value, i) => !(Math.abs(data[i]! - value) <= 1e-5 + 1e-4 * Math.abs(value)),
  );
  expect(misses, `${what}: received ${data.slice(0, 8).join(", ")} ...`).toEqual([]);
}

/** Every tensor in what a layer gives, in order. */
export function tensorsIn(outputs: unknown): Tensor[] {
  if (outputs instanceof Tensor) return [outputs];
  return Object.values(outputs as object).flatMap(tensorsIn);
}

/** Runs `body` while other tensors stand in the place of parameters. */
export function withParameters<Result>(
  module: Module,
  replacements: ReadonlyMap<string, Tensor>,
  body: () => Result,
): Result {
  const swap = (path: string, next: Tensor): Tensor => {
    const names = path.split(".");
    const last = names.pop()!;
    let holder = module as unknown as Record<string, unknown>;
    for (const name of names) holder = holder[name] as Record<string, unknown>;
    const before = holder[last] as Tensor;
    holder[last] = next;
    return before;
  };
  const own = [...replacements].map(([path, next]) => [path, swap(path, next)] as const);
  try {
    return body();
  } finally {
    for (const [path, before] of own) swap(path, before);
  }
}
