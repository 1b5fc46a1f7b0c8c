/**
 * Fixed places at the bottom of linear memory, below the heap. Kernels know these addresses when
 * they are emitted. Address 0 stays unused, so that a missing pointer reads zeros.
 */
export const normalTableAddress: number = 1024; // 1985 words
/** What `run(arguments, scratch, begin, end)` is given; one per thread that runs a kernel. */
export const argumentsAddress: number = 16 * 1024;
export const argumentsWords: number = 1024;
export const scratchAddress: number = 24 * 1024;
export const scratchBytes: number = 8 * 1024;
export const heapStart: number = 64 * 1024;
