// Gzip sizes of the built packages and of small programs, against budgets in KiB.
// With --json one line of JSON instead of the table: { name: { bytes, budgetBytes } }; `bench run --suite size` reads it.
// With --bundle NAME the minified bundle of a program instead.
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { publicPackages, report, root } from "./workspace.mjs";

/** A package alone, its @dl/* imports left out. */
const packageBudgets = {
  autograd: 16,
  backend: 20,
  "backend-cpu": 60,
  "backend-reference": 12,
  "backend-webgpu": 40,
  conv: 12,
  data: 24,
  distributions: 25,
  formats: 28,
  gan: 24,
  generator: 14,
  nn: 20,
  optim: 12,
  tensor: 48,
  training: 24,
  vae: 14,
};

/**
 * A whole program with everything it pulls in after tree shaking: { source, budget }. A test of packages/testing runs each.
 *
 * mlp-on-cpu trains on one thread: `cpuWith([])` is the CPU backend without convolutions, sorting, trigonometry, norms and
 * threads.
 */
const programs = {
  "mlp-on-cpu": {
    source: `
      import { cpuWith } from "@dl/backend-cpu";
      import { crossEntropy, Linear, ReLU, Sequential } from "@dl/nn";
      import { Adam } from "@dl/optim";
      import { configure, integers, uniform } from "@dl/tensor";
      configure({ backend: await cpuWith([]) });
      const model = new Sequential(new Linear(784, 128), new ReLU(), new Linear(128, 10));
      const optimizer = new Adam(model.parameters());
      const inputs = uniform([32, 784]);
      const targets = integers(0, 10, [32]);
      for (let step = 0; step < 30; step++) {
        optimizer.zeroGrad();
        const loss = crossEntropy(model.forward(inputs), targets);
        loss.backward();
        optimizer.step();
        console.log(await loss.item());
      }`,
    budget: 64,
  },
};

async function bundle(source, external = []) {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: root },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    write: false,
    logLevel: "error",
    external: ["node:*", "webgpu", ...external],
  });
  return outputFiles[0];
}

const kibibytes = ({ contents }) => gzipSync(contents, { level: 9 }).length / 1024;

if (process.argv.includes("--bundle")) {
  const { source } = programs[process.argv[process.argv.indexOf("--bundle") + 1]];
  console.log((await bundle(source)).text);
} else await measure();

async function measure() {
  const faults = [];
  const isJson = process.argv.includes("--json");
  const sizes = {};
  function judge(what, size, budget) {
    sizes[what] = { bytes: Math.round(size * 1024), budgetBytes: budget * 1024 };
    if (!isJson) console.log(`${what.padEnd(20)} ${size.toFixed(1).padStart(6)} KiB of ${budget}`);
    if (size > budget)
      faults.push(`${what}: ${size.toFixed(1)} KiB is over its budget of ${budget}`);
  }
  for (const { name, dir } of publicPackages) {
    const budget = packageBudgets[name];
    if (budget === undefined) faults.push(`${name}: no budget in scripts/size.mjs`);
    else
      judge(
        name,
        kibibytes(await bundle(`export * from "./${dir}/dist/index.js"`, ["@dl/*"])),
        budget,
      );
  }
  for (const [name, { source, budget }] of Object.entries(programs))
    judge(name, kibibytes(await bundle(source)), budget);
  if (isJson) console.log(JSON.stringify(sizes));
  report(faults);
}
