// Gzip sizes of the built packages and of small programs, against budgets in KiB.
// With --json one line of JSON instead of the table: { name: { bytes, budgetBytes } }; `bench run --suite size` reads it.
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
  data: 32,
  nn: 28,
  optim: 12,
  tensor: 40,
};

/** A whole program with everything it pulls in after tree shaking: { source, budget }. */
const programs = {
  "mlp-on-cpu": {
    source: `
      import { cpu } from "@dl/backend-cpu";
      import { crossEntropy, Linear, ReLU, Sequential } from "@dl/nn";
      import { Adam } from "@dl/optim";
      import { configure, integers, normal } from "@dl/tensor";
      configure({ backend: await cpu() });
      const model = new Sequential(new Linear(784, 128), new ReLU(), new Linear(128, 10));
      const optimizer = new Adam(model.parameters());
      const loss = crossEntropy(model.forward(normal([32, 784])), integers(0, 10, [32]));
      loss.backward();
      optimizer.step();
      console.log(await loss.item());`,
    budget: 100,
  },
};

async function kibibytes(source, external) {
  const result = await build({
    stdin: { contents: source, resolveDir: root },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    write: false,
    external: ["node:*", "webgpu", ...external],
  });
  return gzipSync(result.outputFiles[0].contents, { level: 9 }).length / 1024;
}

const faults = [];
const isJson = process.argv.includes("--json");
const sizes = {};
function judge(what, size, budget) {
  sizes[what] = { bytes: Math.round(size * 1024), budgetBytes: budget * 1024 };
  if (!isJson) console.log(`${what.padEnd(20)} ${size.toFixed(1).padStart(6)} KiB of ${budget}`);
  if (size > budget) faults.push(`${what}: ${size.toFixed(1)} KiB is over its budget of ${budget}`);
}
for (const { name, dir } of publicPackages) {
  const budget = packageBudgets[name];
  if (budget === undefined) faults.push(`${name}: no budget in scripts/size.mjs`);
  else judge(name, await kibibytes(`export * from "./${dir}/dist/index.js"`, ["@dl/*"]), budget);
}
for (const [name, { source, budget }] of Object.entries(programs))
  judge(name, await kibibytes(source, []), budget);
if (isJson) console.log(JSON.stringify(sizes));
report(faults);
