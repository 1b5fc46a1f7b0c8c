/**
 * Fixed places at the bottom of linear memory, below the heap. Kernels know these addresses when
 * they are emitted. Address 0 stays unused, so that a missing pointer reads zeros.
 */
export const normalTableAddress: number = 1024; // 1985 words
/** Words through which threads hand over work; see threads/control-words.ts. */
export const controlAddress: number = 12 * 1024;
/** What `run(arguments, scratch, begin, end)` is given. */
export const argumentsAddress: number = 16 * 1024;
export const argumentsWords: number = 1024;
/** Calls that threads share out; longer lists lie on the heap. */
export const callsAddress: number = 24 * 1024;
export const callsWords: number = 10 * 1024;
/** Scratch of a kernel: one piece for each part of work that threads may run side by side. */
export const scratchAddress: number = 64 * 1024;
export const scratchBytes: number = 8 * 1024;
export const mostParts = 32;
export const heapStart: number = scratchAddress + mostParts * scratchBytes;
