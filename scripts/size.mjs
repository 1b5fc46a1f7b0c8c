// Gzip sizes of the built packages and of small programs, against budgets in KiB.
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
  data: 16,
  nn: 20,
  optim: 12,
  tensor: 40,
};

/** A whole program with everything it pulls in after tree shaking: { source, budget }. */
const programs = {
  // "mlp-on-cpu": { source: `import { cpu } from "@dl/backend-cpu"; ...`, budget: 100 },
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
function judge(what, size, budget) {
  console.log(`${what.padEnd(20)} ${size.toFixed(1).padStart(6)} KiB of ${budget}`);
  if (size > budget) faults.push(`${what}: ${size.toFixed(1)} KiB is over its budget of ${budget}`);
}
for (const { name, dir } of publicPackages) {
  const budget = packageBudgets[name];
  if (budget === undefined) faults.push(`${name}: no budget in scripts/size.mjs`);
  else judge(name, await kibibytes(`export * from "./${dir}/dist/index.js"`, ["@dl/*"]), budget);
}
for (const [name, { source, budget }] of Object.entries(programs))
  judge(name, await kibibytes(source, []), budget);
report(faults);
