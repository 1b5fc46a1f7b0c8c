import { isOurs, labelOf, type BenchRecord } from "../record.ts";
import { geometricMeans } from "../summary.ts";

/** `docs/benchmarks.md`: ratios only, because times of a shared machine mean nothing elsewhere. */
export function markdownReport(runs: readonly (readonly BenchRecord[])[]): string {
  return [head, ...runs.map(section)].join("\n");
}

const head = `# Benchmarks

Written by \`npm run bench -- report --markdown\` from the result files in \`docs/benchmarks\`; do not edit.

A ratio is our time divided by the other library's: below 1 we are faster. The two run in turn, block by block, in
processes of their own; the ratio is the median over the blocks, the brackets its 95 % bootstrap interval, and the
word follows from the interval alone: \`faster\` or \`slower\` if it lies beyond 5 %, \`same\` within, else \`unclear\`. Each
of our cases is first compared with plain loops in float64. A library with several settings counts by its best.
`;

function section(records: readonly BenchRecord[]): string {
  const { suite, env, git, time } = records[0]!;
  const ours = records.find(isOurs)?.subject;
  const cases = [...new Set(records.map((record) => record.case.id))];
  const counted = (record: BenchRecord): boolean =>
    !isOurs(record) && (record.paired?.counts === true || record.status !== "ok");
  // A failure has no backend to be named by: the label of a success of the same peer is taken.
  const columns = [
    ...new Set(records.filter((record) => !isOurs(record)).map((record) => record.subject.name)),
  ];
  const labels = columns.map((name) => labelOf(successOf(records, name) ?? failureOf(name)));
  const means = geometricMeans(records);
  const lines = [
    `## Suite \`${suite}\``,
    "",
    `${time.slice(0, 10)}, commit \`${git.sha.slice(0, 12)}\`${git.dirty ? " with changes" : ""}. ${env.cpu}, ${env.cores} cores, ${Math.round(env.memoryBytes / 2 ** 30)} GiB, ${env.os}, ${env.host}.`,
    `The machine was shared with other work (load ${env.load} at the start), so only ratios are told; OMP_WAIT_POLICY ${env.ompWaitPolicy}.`,
    "",
    `Ours: ${ours?.backend ?? "?"}, ${ours?.notes ?? ""}.`,
    ...columns.flatMap((name) => {
      const subject = successOf(records, name);
      return subject === undefined
        ? []
        : [`${labelOf(subject)}: ${subject.version}${subject.notes ? `; ${subject.notes}` : ""}.`];
    }),
    "",
    ...table(
      ["case", ...labels],
      [
        ...cases.map((id) =>
          [`\`${id}\``].concat(
            columns.map((name) =>
              cell(
                records.find(
                  (record) =>
                    record.case.id === id && record.subject.name === name && counted(record),
                ),
              ),
            ),
          ),
        ),
        [
          "geometric mean",
          ...labels.map((label) => {
            const mean = means.get(label);
            return mean === undefined
              ? ""
              : `**${short(mean.ratio)}** [${short(mean.ciLo)}, ${short(mean.ciHi)}]`;
          }),
        ],
      ],
    ),
    "",
  ];
  const failures = records.filter(({ status }) => status !== "ok");
  if (failures.length > 0)
    lines.push(
      "Not measured:",
      "",
      ...failures.map(
        (record) =>
          `- \`${record.case.id}\`, ${record.subject.name}: ${record.status}: ${record.reason}`,
      ),
      "",
    );
  return lines.join("\n");
}

type Subject = BenchRecord["subject"];

function successOf(records: readonly BenchRecord[], name: string): Subject | undefined {
  return records.find(({ subject, status }) => subject.name === name && status === "ok")?.subject;
}

function failureOf(name: string): Subject {
  return { name, lib: name, version: "", backend: "", threads: 0, dtype: "float32" };
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
