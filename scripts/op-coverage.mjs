// docs/op-coverage.md from what the tests found (.reports/op-coverage): operation by backend by derivative.
//   node scripts/op-coverage.mjs            writes it
//   node scripts/op-coverage.mjs --check    fails if the committed one differs
// Run the tests first: npm test -- --project node --project dawn packages
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fixtureSections, nameSections, sectionReports } from "./coverage-sections.mjs";
import { root } from "./workspace.mjs";

const reports = join(root, ".reports/op-coverage");
const target = join(root, "docs/op-coverage.md");
const checks = ["forward", "extremes", "first", "second"];
const titles = {
  forward: "forward",
  extremes: "NaN, ±∞, ±0",
  first: "first derivative",
  second: "second derivative",
};

const names = existsSync(reports)
  ? readdirSync(reports).filter((name) => name.endsWith(".json"))
  : [];
const read = (name) => JSON.parse(readFileSync(join(reports, name), "utf8"));
// Those that run wherever the tests do, with the files their results come in. `webgpu` is Dawn on
// Chromium's software driver: a machine's GPU must not change the committed file.
const published = {
  reference: ["reference"],
  cpu: ["cpu"],
  webgpu: ["webgpu-1", "webgpu-2"],
};
const needed = [...Object.values(published).flat(), "gradcheck", ...sectionReports].map(
  (name) => `${name}.json`,
);
const missing = needed.filter((name) => !names.includes(name));
if (missing.length > 0) {
  console.error(
    `No ${missing.join(", ")} in .reports/op-coverage. Run: npm test -- --project node --project dawn packages`,
  );
  process.exit(2);
}
const backends = Object.values(published).map((files) => {
  const parts = files.map((name) => read(`${name}.json`));
  const ops = Object.fromEntries(parts.flatMap((part) => Object.entries(part.ops)));
  const { backend, tolerances, unsupported, exceptions } = parts[0];
  return { backend, tolerances, unsupported, exceptions, ops };
});
const differences = read("gradcheck.json");

const row = (cells) => `| ${cells.join(" | ")} |`;
const table = (head, rows, align = "---:") => [
  row(head),
  row(head.map((_, i) => (i === 0 ? "---" : align))),
  ...rows.map(row),
];
const shown = (count) =>
  count === undefined
    ? "–"
    : count.met === count.total
      ? String(count.total)
      : `**${count.met}** of ${count.total}`;
const sum = (counts) =>
  counts.reduce(
    (total, count) => ({
      met: total.met + (count?.met ?? 0),
      total: total.total + (count?.total ?? 0),
    }),
    { met: 0, total: 0 },
  );
const share = ({ met, total }) =>
  total === 0
    ? "–"
    : `${met} of ${total} (${(Math.floor((1e4 * met) / total) / 100).toFixed(2)} %)`;

const tolerance = ({ relative, absolute }) =>
  `${relative.toExponential()} relative + ${absolute.toExponential()}`;

const ops = Object.entries(backends[0].ops);
const differentiable = ops.filter(([, { differentiable: is }]) => is === true);
const lines = [
  "# Operations and what was checked",
  "",
  "Written by `scripts/op-coverage.mjs` from the results of `packages/testing`; CI holds it current.",
  "",
  `${ops.length} operations, ${differentiable.length} of them differentiable. A comparison is one sample in one type, memory layout and`,
  "mode (eager or deferred), against the reference backend in float64. Integers and booleans must be equal,",
  "random numbers to the bit. `webgpu` is Dawn on SwiftShader, as in CI.",
  "",
  "## Share within tolerance",
  "",
  ...table(
    ["backend", "results within", "gradients within", ...checks.map((check) => titles[check])],
    backends.map(({ backend, tolerances, ops: results }) => [
      backend,
      tolerance(tolerances.forward),
      tolerance(tolerances.gradient),
      ...checks.map((check) => share(sum(Object.values(results).map((op) => op.checks[check])))),
    ]),
  ),
  "",
  "On the reference backend in float64, derivatives also agree with central differences along random",
  `directions: ${sum(Object.values(differences).map(({ first }) => ({ met: first, total: first }))).total} functions in first and ` +
    `${sum(Object.values(differences).map(({ second }) => ({ met: second, total: second }))).total} in second order.`,
  "",
  "## Known misses",
  "",
];
const misses = backends.flatMap(({ backend, exceptions }) =>
  exceptions.map((miss) => ({ backend, ...miss })),
);
lines.push(
  ...(misses.length === 0
    ? ["None."]
    : table(
        ["operation", "backend", "what", "sample", "reason"],
        misses.map(({ op, backend, check, sample, reason }) => [
          op,
          backend,
          titles[check],
          `\`${sample ?? "all"}\``,
          reason,
        ]),
        "---",
      )),
  "",
  "## Not offered",
  "",
  ...backends.flatMap(({ backend, unsupported }) =>
    unsupported.map((reason) => `- ${backend}: ${reason}`),
  ),
);
const themes = [...new Set(ops.map(([, { theme }]) => theme))];
for (const theme of themes) {
  lines.push("", `## ${theme[0].toUpperCase()}${theme.slice(1)}`, "");
  lines.push(
    ...table(
      [
        "operation",
        ...backends.flatMap(({ backend }) => checks.map((check) => `${backend}: ${titles[check]}`)),
        "differences",
      ],
      ops
        .filter(([, op]) => op.theme === theme)
        .map(([name, { differentiable: is }]) =>
          [name].concat(
            backends.flatMap(({ ops: results }) =>
              checks.map((check) => shown(results[name]?.checks[check])),
            ),
            is === true
              ? differences[name]
                ? `${differences[name].first} + ${differences[name].second}`
                : "–"
              : is,
          ),
        ),
    ),
  );
}
lines.push(...fixtureSections(read, table), ...nameSections(read, table));
const text = `${lines.join("\n")}\n`;
if (!process.argv.includes("--check")) writeFileSync(target, text);
else if (!existsSync(target) || readFileSync(target, "utf8") !== text) {
  console.error(
    "docs/op-coverage.md differs from the tests' results. Run: node scripts/op-coverage.mjs",
  );
  process.exitCode = 1;
}
