import { describe, expect, test } from "vitest";
import { Heap, type Block } from "./heap.ts";
import { LinearMemory } from "./linear-memory.ts";
import { blockAlignment, sizeClass } from "./size-class.ts";

const mebibyte = 2 ** 20;

describe("size classes", () => {
  test("hold what is asked and lose at most an eighth", () => {
    for (let n = 1; n < 3_000_000; n = Math.ceil(n * 1.01) + 1) {
      const size = sizeClass(n);
      expect(size % blockAlignment).toBe(0);
      expect(size).toBeGreaterThanOrEqual(n);
      if (n > 512) expect(size).toBeLessThanOrEqual(n * 1.13 + blockAlignment);
      expect(sizeClass(size)).toBe(size);
    }
  });

  test("work past 2 GiB", () => expect(sizeClass(3 * 2 ** 30 + 1)).toBeGreaterThan(3 * 2 ** 30));
});

describe("heap", () => {
  const make = (limit = 64 * mebibyte): { heap: Heap; memory: LinearMemory } => {
    const memory = new LinearMemory(65536);
    return { memory, heap: new Heap(memory, 4096, limit) };
  };

  test("reuses a freed block", () => {
    const { heap } = make();
    const block = heap.allocate(1000)!;
    heap.free(block);
    expect(heap.freeBytes).toBe(block.size);
    expect(heap.allocate(990)!.address).toBe(block.address);
    expect(heap.freeBytes).toBe(0);
  });

  test("keeps contents when memory grows", () => {
    const { heap, memory } = make();
    const first = heap.allocate(64)!;
    memory.f32[first.address / 4] = 42;
    const before = memory.f32;
    heap.allocate(16 * mebibyte)!;
    expect(before.length).toBe(0);
    expect(memory.f32[first.address / 4]).toBe(42);
  });

  test("joins free neighbours when nothing else is left", () => {
    const { heap } = make();
    const blocks = Array.from({ length: 15 }, () => heap.allocate(4 * mebibyte)!);
    for (const block of blocks) heap.free(block);
    const large = heap.allocate(48 * mebibyte)!;
    expect(large.size).toBeGreaterThanOrEqual(48 * mebibyte);
    expect(heap.allocate(32 * mebibyte)).toBeUndefined();
    heap.free(large);
    expect(heap.allocate(56 * mebibyte)!.size).toBe(56 * mebibyte);
  });

  test("never hands out overlapping blocks", () => {
    const { heap } = make(8 * mebibyte);
    const live = new Set<Block>();
    let state = 1;
    const random = (n: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state % n;
    };
    for (let step = 0; step < 3000; step++) {
      if (random(2) === 0 && live.size > 0) {
        const block = [...live][random(live.size)]!;
        live.delete(block);
        heap.free(block);
      } else {
        const block = heap.allocate(1 + random(step % 3 === 0 ? 400_000 : 3000));
        if (block !== undefined) live.add(block);
      }
    }
    const sorted = [...live].toSorted((a, b) => a.address - b.address);
    sorted.forEach((block, i) => {
      const next = sorted[i + 1];
      if (next !== undefined) expect(block.address + block.size).toBeLessThanOrEqual(next.address);
    });
  });
});
