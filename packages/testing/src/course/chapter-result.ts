import { expect } from "vitest";
import type { Chapter } from "./chapter.ts";
import { readPage, shownCode, writePage } from "./page.ts";

/** Whether this is the long version, which writes the pages. */
export const isWriting = process.env["DL_COURSE"] === "write";

/** Runs a chapter, prints its figures and writes its page where that is asked for. */
export async function resultOf<Result>(chapter: Chapter<Result>): Promise<Result> {
  const started = performance.now();
  const result = await chapter.run();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const lines = chapter.figures(result).map(({ what, value }) => `  ${what}: ${value}\n`);
  process.stdout.write(`${chapter.number}. ${chapter.title} (${seconds} s)\n${lines.join("")}`);
  if (isWriting) await writePage(chapter, result);
  // The page shows the code that runs; `npm run course` writes it anew.
  expect(readPage(chapter)).toContain(shownCode(chapter));
  return result;
}
