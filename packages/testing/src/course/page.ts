import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Chapter, ChapterHead, Figure } from "./chapter.ts";

const root = join(import.meta.dirname, "../../../..");
const folder = join(root, "docs/course");

/** `docs/course/04-making-deep-nets-work.md` and its plots. */
export async function writePage<Result>(chapter: Chapter<Result>, result: Result): Promise<void> {
  const name = pageName(chapter);
  mkdirSync(folder, { recursive: true });
  const pictures = Object.entries((await chapter.plots?.(result)) ?? {});
  const plots = pictures.map(([caption, content], i) => {
    const file = `${name}-${i + 1}.${typeof content === "string" ? "svg" : "png"}`;
    writeFileSync(join(folder, file), content);
    return `![${caption}](${file})\n`;
  });
  const parts = [
    `# ${chapter.number}. ${chapter.title}\n`,
    `${chapter.claim}\n`,
    table(chapter.figures(result)),
    ...plots,
    "## The code\n",
    `From [${relative(root, chapter.file)}](${relative(folder, chapter.file)}); \`npm run course\` runs it and writes this page, the tests hold it to the claim.\n`,
    `\`\`\`ts no-run\n${shownCode(chapter)}\`\`\`\n`,
  ];
  writeFileSync(join(folder, `${name}.md`), parts.join("\n"));
}

/** `docs/course/README.md`: the claims, with links to the pages. */
export function writeIndex(chapters: readonly ChapterHead[]): void {
  const lines = chapters.map(
    (chapter) =>
      `- [${chapter.number}. ${chapter.title}](${pageName(chapter)}.md): ${chapter.claim}`,
  );
  const head = `# The course

What each chapter claims, shown by an experiment: numbers, plots and the code. \`npm run course\` runs
them all and writes these pages; the tests hold the experiments to the claims. Chapters 12 and 19 learn MNIST
if the folder that \`DL_MNIST\` names, or \`../shared/data/mnist\`, has its four files, else drawn digits.
Chapter 13 learns emojis if \`DL_EMOJI\` names their folder, or \`../shared/data/emoji-pairs64\` is there, else drawn faces.
`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "README.md"), `${head}\n${lines.join("\n")}\n`);
}

/** The page as it lies in docs/course. */
export function readPage(chapter: ChapterHead): string {
  return readFileSync(join(folder, `${pageName(chapter)}.md`), "utf8");
}

/** The experiment without what the page is made of. */
export function shownCode({ file }: ChapterHead): string {
  const source = readFileSync(file, "utf8").replace(/^import .* from "\.[^\n]*\n/gm, "");
  return `${source.slice(0, source.indexOf("\nexport const")).trim()}\n`;
}

function pageName({ number, title }: ChapterHead): string {
  const words = title.toLowerCase().replaceAll(/[^a-z]+/g, "-");
  return `${String(number).padStart(2, "0")}-${words}`;
}

/** A bar would begin another column. */
const escaped = (text: string): string => text.replaceAll("|", "\\|");

function table(figures: readonly Figure[]): string {
  const rows = [
    ["figure", "measured"],
    ...figures.map(({ what, value }) => [escaped(what), escaped(value)]),
  ];
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map(
    (row) => `| ${row.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`,
  );
  const rule = `| ${widths.map((size) => "-".repeat(size)).join(" | ")} |`;
  return `${[lines[0], rule, ...lines.slice(1)].join("\n")}\n`;
}
