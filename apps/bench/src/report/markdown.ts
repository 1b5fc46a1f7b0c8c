import { stepSuites } from "../cases/suites.ts";
import { isOurs, labelOf, type BenchRecord } from "../record.ts";
import { geometricMeans } from "../summary.ts";
import { coldTable, gpuTable, memoryTable, sizeTable, type TextTable } from "./record-tables.ts";

/** `docs/benchmarks.md`: ratios only, because times of a shared machine mean nothing elsewhere. */
export function markdownReport(runs: readonly (readonly BenchRecord[])[]): string {
  return [head, definitions(), ...runs.map(section)].join("\n");
}

function definitions(): string {
  const rows = stepSuites.course.map(({ id, definition = "" }) => [`\`${id}\``, definition]);
  return [
    "The cases of the suite `course`; each training step is forward, backward, update and reading the loss.",
    "Ours are planned once by `compile`, the way the documentation shows.",
    "",
    ...table(["case", "work"], rows),
    "",
  ].join("\n");
}

const head = `# Benchmarks

Written by \`npm run bench -- report --markdown\` from the result files in \`docs/benchmarks\`; do not edit.

A ratio is our time divided by the other library's: below 1 we are faster. The two run in turn, block by block, in
processes or pages of their own; the ratio is the median over the blocks, the brackets its 95 % bootstrap interval, and the
word follows from the interval alone: \`faster\` or \`slower\` if it lies beyond 5 %, \`same\` within, else \`unclear\`. Each
library's results are first compared with plain loops in float64, from the same numbers. A library with several settings
counts by its best: PyTorch has one and two threads, and two that spin or sleep while they wait.
`;

function section(records: readonly BenchRecord[]): string {
  const { suite, env, git, time } = records[0]!;
  const ours = records.find(isOurs)?.subject;
  const cases = [...new Set(records.map((record) => record.case.id))];
  const found = (id: string, name: string): BenchRecord | undefined =>
    records.find(
      ({ case: bench, subject, paired, status }) =>
        bench.id === id && subject.name === name && (paired?.counts === true || status !== "ok"),
    );
  const columns = [
    ...new Set(records.filter((record) => !isOurs(record)).map((record) => record.subject.name)),
  ];
  const labels = columns.map((name) => labelOf(subjectOf(records, name)));
  const means = geometricMeans(records);
  const meanCell = (label: string): string => {
    const mean = means.get(label);
    if (mean === undefined) return "";
    return `**${short(mean.ratio)}** [${short(mean.ciLo)}, ${short(mean.ciHi)}]`;
  };
  const lines = [
    `## Suite \`${suite}\`${ours?.notes === undefined ? "" : `: ${ours.backend} in ${env.host.split(" ")[0]}`}`,
    "",
    `${time.slice(0, 10)}, commit \`${git.sha.slice(0, 12)}\`${git.dirty ? " with changes" : ""}. ${env.cpu}, ${env.cores} cores, ${Math.round(env.memoryBytes / 2 ** 30)} GiB, ${env.os}, ${env.host}.`,
    `Load ${env.load} at the start. Times of a machine that others may use say little, so ratios are told.`,
    ...(ours?.isFallback === true
      ? [`The GPU is software (${ours.adapter}), a fallback adapter: these ratios rank nobody.`]
      : []),
    "",
  ];
  const whoever = [
    ...(ours?.notes === undefined ? [] : [`Ours: ${ours.backend}, ${ours.notes}.`]),
    ...columns.flatMap((name) => versionOf(records, name)),
  ];
  if (whoever.length > 0) lines.push(...whoever, "");
  if (labels.length > 0)
    lines.push(
      ...table(
        ["case", ...labels],
        [
          ...cases.map((id) => [`\`${id}\``].concat(columns.map((name) => cell(found(id, name))))),
          ...(means.size === 0 ? [] : [["geometric mean"].concat(labels.map(meanCell))]),
        ],
      ),
      "",
    );
  lines.push(...titled("Gzip bytes after tree shaking:", sizeTable(records)));
  lines.push(...titled("Process start to the first finished step:", coldTable(records)));
  lines.push(...titled("Asked of the GPU in one step, counted at the calls:", gpuTable(records)));
  lines.push(...titled("Peak resident memory of the processes:", memoryTable(records)));
  const failures = records.filter(({ status }) => status !== "ok");
  if (failures.length > 0)
    lines.push(
      "Not measured:",
      "",
      ...failures.map(
        (record) =>
          `- \`${record.case.id}\`, ${labelOf(record.subject)}: ${record.status}: ${record.reason}`,
      ),
      "",
    );
  return lines.join("\n");
}

function titled(title: string, content: TextTable | undefined): string[] {
  return content === undefined ? [] : [title, "", ...table(content.header, content.rows), ""];
}

type Subject = BenchRecord["subject"];

/** Of a success if there is one: a failure knows no version. */
function subjectOf(records: readonly BenchRecord[], name: string): Subject {
  const own = records.filter(({ subject }) => subject.name === name);
  return (own.find(({ status }) => status === "ok") ?? own[0]!).subject;
}

/** With every setting that was tried. */
function versionOf(records: readonly BenchRecord[], name: string): string[] {
  const subject = subjectOf(records, name);
  if (subject.version === "") return [];
  const same = records.filter((record) => record.subject.name === name);
  const notes = new Set(same.flatMap((record) => record.subject.notes ?? []));
  return [[`${labelOf(subject)}: ${subject.version}`, ...notes].join("; ") + "."];
}

function cell(record: BenchRecord | undefined): string {
  if (record === undefined) return "";
  if (record.paired === undefined) return record.status;
  const { ratio, ciLo, ciHi, verdict } = record.paired;
  return `${short(ratio)} [${short(ciLo)}, ${short(ciHi)}] ${verdict}`;
}

function short(ratio: number): string {
  return ratio >= 10 ? ratio.toFixed(0) : ratio >= 0.1 ? ratio.toFixed(2) : ratio.toFixed(3);
}

/** Columns of equal width, as the formatter wants them. */
function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = header.map((text, i) =>
    Math.max(3, text.length, ...rows.map((row) => row[i]!.length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((text, i) => text.padEnd(widths[i]!)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [line(header), rule, ...rows.map(line)];
}
