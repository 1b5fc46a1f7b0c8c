import type { Heap } from "../memory/heap.ts";
import type { LinearMemory } from "../memory/linear-memory.ts";
import { outOfMemory, type Block } from "../memory/heap.ts";
import { callsAddress, callsWords } from "../memory/memory-map.ts";
import { controlWords } from "./control-words.ts";

/** A function of a module, which any thread may call with numbers. */
export type Callable = (...parameters: number[]) => void;

/** Most parameters of a function that is called through a list; the worker's code says it too. */
const mostParameters = 13;

/**
 * The calls of a job, in shared memory, part after part: for each the function's number, how many
 * parameters there are, and the parameters.
 */
export class CallList {
  readonly #memory: LinearMemory;
  readonly #heap: Heap;
  readonly #functions: Callable[] = [];
  readonly #recorders = new Map<unknown, Callable>();
  #start: number = callsAddress / 4;
  #end: number = callsAddress / 4 + callsWords;
  #block: Block | undefined;
  #at: number = this.#start;

  constructor(memory: LinearMemory, heap: Heap) {
    this.#memory = memory;
    this.#heap = heap;
  }

  /** Gives functions the next numbers. */
  register(functions: readonly Callable[]): void {
    for (const target of functions) {
      const id = this.#functions.push(target) - 1;
      this.#recorders.set(target, (...parameters) => this.#append(id, parameters));
    }
  }

  /** Appends a call of `target` where `target` itself would run. */
  recorder<Function>(target: Function): Function {
    return this.#recorders.get(target) as Function;
  }

  /** Starts over and writes `parts` parts, each by a call of `record`. */
  write(parts: number, record: (part: number) => void): void {
    this.#at = this.#start;
    for (let part = 0; part < parts; part++) {
      const before = this.#at - this.#start;
      record(part);
      // From the list's start, which moves when the list grows.
      const words = this.#memory.i32;
      words[controlWords.parts + 2 * part] = before;
      words[controlWords.parts + 2 * part + 1] = this.#at - this.#start;
    }
    const words = this.#memory.i32;
    for (let i = 0; i < 2 * parts; i++)
      words[controlWords.parts + i] = words[controlWords.parts + i]! + this.#start;
  }

  /** Makes the calls of one part, as the worker's code does. */
  run(part: number): void {
    const words = this.#memory.i32;
    const end = words[controlWords.parts + 2 * part + 1]!;
    let at = words[controlWords.parts + 2 * part]!;
    while (at < end) {
      const target = this.#functions[words[at]!]!;
      const next = at + 2 + words[at + 1]!;
      target(
        words[at + 2]!,
        words[at + 3]!,
        words[at + 4]!,
        words[at + 5]!,
        words[at + 6]!,
        words[at + 7]!,
        words[at + 8]!,
        words[at + 9]!,
        words[at + 10]!,
        words[at + 11]!,
        words[at + 12]!,
        words[at + 13]!,
        words[at + 14]!,
      );
      at = next;
    }
  }

  #append(id: number, parameters: readonly number[]): void {
    if (this.#at + 2 + mostParameters > this.#end) this.#grow();
    const words = this.#memory.i32;
    words[this.#at++] = id;
    words[this.#at++] = parameters.length;
    for (let i = 0; i < parameters.length; i++) words[this.#at++] = parameters[i]!;
  }

  #grow(): void {
    const byteLength = 8 * (this.#end - this.#start);
    const block = this.#heap.allocate(byteLength);
    if (block === undefined) throw outOfMemory(byteLength, 0, this.#heap.limit);
    const start = block.address / 4;
    this.#memory.i32.copyWithin(start, this.#start, this.#at);
    this.#at += start - this.#start;
    this.#start = start;
    this.#end = start + block.size / 4;
    if (this.#block !== undefined) this.#heap.free(this.#block);
    this.#block = block;
  }
}
