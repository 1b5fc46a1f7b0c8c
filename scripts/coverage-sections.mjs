// Sections of docs/op-coverage.md on what was compared with PyTorch 1.13, for op-coverage.mjs.

/** Tables of fixtures that passed: the report they come from, a title, what a row is, a sentence. */
const fixtures = [
  {
    report: "layers",
    title: "Layers against PyTorch",
    what: "layer",
    sentence:
      "Each fixture is a training pass (outputs, gradients of inputs and parameters, buffers afterwards) and an evaluating one, in float32 within 1e-4 relative and 1e-5 absolute. `differences`: gradients agree with central differences in float64. Dropout draws at random and has tests of its own.",
  },
  {
    report: "activations",
    title: "Activation layers against PyTorch",
    what: "layer",
    sentence: "The same for layers of one operation.",
  },
  {
    report: "convolutions",
    title: "Convolution, pooling and resampling against PyTorch",
    what: "function or layer",
    sentence:
      "Values in float64 on the reference backend and in float32 on cpu; derivatives of both orders by central differences; gradients on cpu.",
  },
  {
    report: "optimizers",
    title: "Optimisers against PyTorch",
    what: "optimiser",
    sentence:
      "Each trajectory has 50 steps: on a quadratic, on Rosenbrock's function, or on given gradients with zeros and spikes. Within 1e-9 relative in float64 and 2e-4 in float32. Lion, SAM, Muon and the course's own forms, which PyTorch 1.13 lacks, are held to plain loops in float64 (`plain-loops.test.ts`).",
  },
  {
    report: "schedules",
    title: "Learning-rate schedules against PyTorch",
    what: "schedule",
    sentence: "60 steps for two groups, within 1e-12.",
  },
];

/** The reports that {@link fixtureSections} and {@link nameSections} read. */
export const sectionReports = [...fixtures.map(({ report }) => report), "pytorch-names"];

export function fixtureSections(read, table) {
  return fixtures.flatMap(({ report, title, what, sentence }) => {
    const counts = read(`${report}.json`);
    const names = Object.keys(counts).toSorted(byName);
    const checks = [...new Set(names.flatMap((name) => Object.keys(counts[name])))].toSorted(
      byName,
    );
    const cells = names.map((name) =>
      [name].concat(checks.map((check) => String(counts[name][check] ?? "–"))),
    );
    return ["", `## ${title}`, "", sentence, ""].concat(table([what, ...checks], cells));
  });
}

const byName = (a, b) => (a < b ? -1 : 1);
const code = (name) => `\`${name}\``;
const countNames = (groups) => groups.reduce((count, { names }) => count + names.length, 0);

export function nameSections(read, table) {
  const sections = Object.entries(read("pytorch-names.json"));
  const here = sections.reduce((count, [, { present }]) => count + present.length, 0);
  const missing = sections.reduce((count, [, { absent }]) => count + countNames(absent), 0);
  return [
    "",
    "## PyTorch's names",
    "",
    `Of the ${here + missing} public names of PyTorch 1.13's tensors and of \`nn.functional\`, those aside that change a tensor in place, ${here} are here, many under the same name in camel case. A test asserts that each of ours exists. A name with a capital is a layer.`,
    ...sections.flatMap(nameSection),
  ];

  function nameSection([section, { present, absent }]) {
    const list = present.map(({ name, ours }) =>
      name === ours ? code(name) : `${code(name)} → ${code(ours)}`,
    );
    const reasons = absent.map(({ reason, names }) => [reason, names.map(code).join(", ")]);
    return [
      ["", `### ${section}: ${present.length} present`, "", `${list.join(", ")}.`],
      ["", `### ${section}: ${countNames(absent)} left out`, ""],
      table(["reason", "names"], reasons, "---"),
    ].flat();
  }
}
