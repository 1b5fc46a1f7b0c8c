// Measures everything in docs/benchmarks.md on this machine and writes the page; wants nothing else running.
//   node scripts/benchmarks.mjs [PART...]   the parts named, or all; other parts keep their last results
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./workspace.mjs";

const every = "--suite course --blocks 6 --rounds 2 --block-ms 200";
const once = "--suite course --blocks 4 --rounds 1 --block-ms 200";
/** In the order of the page. */
const parts = {
  course: `${every} --backend cpu --peer torch,tfjs,jax-js`,
  generative: `${once} --backend cpu --peer torch --case vae,vae-conv,vq-vae,iwae-16,mvn-head,sample-decoder,frechet-5000x64,dcgan,wgan-gp,sngan,pix2pix,cyclegan,stylegan,pgd`,
  deterministic: `${every} --backend cpu-deterministic --peer torch`,
  blas: `${every} --backend cpu-blas --peer torch`,
  chromium: `${once} --host chromium --backend cpu --peer tfjs,jax-js --case mlp,tiny-mlp,vae,gelu,matmul-512,matmul-1024`,
  webgpu: `${once} --host chromium --backend webgpu --peer tfjs,jax-js --case mlp,cnn,vae,gelu,matmul-1024`,
  accuracy: "--suite accuracy --peer torch",
  cold: "--suite cold --peer none",
  size: "--suite size --peer none",
};

const fileOf = (part) => join(root, "docs/benchmarks", `${part}.jsonl`);
const main = join(root, "apps/bench/dist/main.js");

/** The harness; its exit code says that a case of ours failed, which the page tells too. */
function bench(args, stdout = "inherit") {
  const options = { cwd: root, stdio: ["ignore", stdout, "inherit"], maxBuffer: 2 ** 28 };
  const { status, stdout: text } = spawnSync(process.execPath, [main, ...args], options);
  if (status !== 0) process.exitCode = 1;
  return text;
}

const [, , ...named] = process.argv;
const unknown = named.filter((part) => !Object.hasOwn(parts, part));
if (unknown.length > 0) {
  console.error(`benchmarks: no part ${unknown.join(", ")}: use ${Object.keys(parts).join(", ")}`);
  process.exit(2);
}
const mnist = process.env.DL_MNIST ?? "data/mnist";
for (const part of named.length > 0 ? named : Object.keys(parts)) {
  const more = part === "accuracy" ? ["--mnist", mnist] : [];
  console.error(`== ${part}`);
  bench(["run", ...parts[part].split(" "), ...more, "--json", fileOf(part)]);
}
const results = Object.keys(parts).map(fileOf).filter(existsSync);
writeFileSync(
  join(root, "docs/benchmarks.md"),
  bench(["report", "--markdown", ...results], "pipe"),
);
