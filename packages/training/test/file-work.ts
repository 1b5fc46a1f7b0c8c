import { open } from "node:fs/promises";

/** The longest time that nothing else ran, in milliseconds, while `work` went on. */
export async function longestBlock(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last - 1);
    last = now;
  }, 1);
  await work();
  longest = Math.max(longest, performance.now() - last);
  clearInterval(timer);
  return longest;
}

/** What loading is measured by: a file's bytes read, and copied once. */
export async function readAndCopy(path: string): Promise<void> {
  const file = await open(path);
  const { size } = await file.stat();
  const bytes = new Uint8Array(size);
  await file.read(bytes, 0, size, 0);
  await file.close();
  new Uint8Array(size).set(bytes);
}
