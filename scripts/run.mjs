// `npm start`, `npm test` and their siblings on a fresh clone: only Node and npm are needed.
//   start, train [ARGS]   train a network       bench [ARGS]   run the benchmarks
//   test [VITEST ARGS]    run the tests         build          build every package
//   course [VITEST ARGS]  run the course's experiments and write docs/course
//   install               install as locked     lock           install and update pnpm-lock.yaml
// Whatever this file has to say goes to stderr; stdout belongs to the program it runs.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const chromium = process.env.DL_CHROMIUM ?? "/usr/bin/chromium";
const building = join(root, ".reports", "building");
const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
const env = {
  ...process.env,
  TURBO_TELEMETRY_DISABLED: "1",
  DO_NOT_TRACK: "1",
  TURBO_NO_UPDATE_NOTIFIER: "1",
  PATH: join(root, "node_modules", ".bin") + delimiter + process.env.PATH,
};

const say = (line) => process.stderr.write(`${line}\n`);

/** Runs a command to its end; a signal reaches it first, and then ends this process the same way. */
function run(command, args, options = {}) {
  const child = spawn(command, args, {
    cwd: root,
    env,
    stdio: "inherit",
    shell: process.platform === "win32",
    ...options,
  });
  let received;
  const forward = (signal) => child.kill((received = signal));
  for (const signal of signals) process.on(signal, forward);
  return new Promise((done) => {
    child.on("error", (error) => {
      say(`${command}: ${error.message}`);
      done(127);
    });
    child.on("close", (code, signal) => {
      for (const name of signals) process.off(name, forward);
      const by = received ?? signal;
      if (received) process.exit(128 + constants.signals[received]);
      done(code ?? 128 + constants.signals[by]);
    });
    options.onSpawn?.(child);
  });
}

/** Like `run`, but silent when it is quick and succeeds: a line after a second, the output on failure. */
async function runQuietly(what, command, args, cwd = root) {
  let output = "";
  const late = setTimeout(() => say(`${what} ...`), 1000);
  const started = performance.now();
  const code = await run(command, args, {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    onSpawn(child) {
      for (const stream of [child.stdout, child.stderr])
        stream.on("data", (chunk) => (output += chunk));
    },
  });
  clearTimeout(late);
  const seconds = (performance.now() - started) / 1000;
  if (code !== 0) {
    process.stderr.write(output);
    say(`${what}: failed with exit code ${code}`);
    process.exit(code);
  }
  if (seconds > 1) say(`${what}: ${seconds.toFixed(1)} s`);
}

/**
 * Goes on when no other process of this checkout installs or builds; they would write over each other.
 * The lock holds until `leave`, or the end of the process; one that a dead process left behind is removed.
 */
async function enter() {
  mkdirSync(dirname(building), { recursive: true });
  let owner;
  for (;;) {
    try {
      writeFileSync(building, String(process.pid), { flag: "wx" });
      process.on("exit", leave);
      return;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    const other = lockOwner();
    if (other !== undefined && !isRunning(other) && lockOwner() === other)
      rmSync(building, { force: true });
    else if (other !== undefined && owner !== (owner = other))
      say(`waiting for process ${other}, which builds here ...`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

function leave() {
  if (lockOwner() === process.pid) rmSync(building, { force: true });
}

/** Undefined where there is none, or the process that made the lock has not yet signed it. */
function lockOwner() {
  try {
    return Number(readFileSync(building, "utf8")) || undefined;
  } catch {
    return undefined;
  }
}

function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM";
  }
}

async function install(lockfile = "--frozen-lockfile") {
  const lock = join(root, "pnpm-lock.yaml");
  const stamp = join(root, "node_modules", ".dl-lock");
  const hash = () => createHash("sha256").update(readFileSync(lock)).digest("hex");
  const frozen = lockfile === "--frozen-lockfile";
  if (frozen && existsSync(stamp) && readFileSync(stamp, "utf8") === hash()) return;
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  // From another folder: npx would else take node_modules/.bin/pnpm, which may have to remove itself.
  const pnpm = ["-y", "--prefer-offline", "-p", packageManager, "--", "pnpm", "-C", root];
  const args = ["install", lockfile, "--prefer-offline", "--reporter=append-only"];
  await runQuietly("installing dependencies", "npx", [...pnpm, ...args], tmpdir());
  writeFileSync(stamp, hash());
}

async function build() {
  const args = ["run", "build", "--output-logs=errors-only"];
  await runQuietly("building the packages", "turbo", args);
}

/** The program takes over this process, so signals and exit codes are its own. */
async function become(app, args) {
  const main = join(root, "apps", app, "dist", "main.js");
  process.argv.splice(1, Infinity, main, ...args);
  await import(pathToFileURL(main).href);
}

async function test(args) {
  const named = args.flatMap((arg, i) =>
    arg === "--project" ? [args[i + 1]] : arg.startsWith("--project=") ? [arg.slice(10)] : [],
  );
  const projects = [];
  if (named.length === 0) {
    projects.push("node");
    if (existsSync(chromium)) projects.push("browser");
    else say(`browser tests left out: no Chromium at ${chromium}; DL_CHROMIUM may name another`);
  }
  if (named.includes("built")) await build();
  leave();
  return run("vitest", ["run", ...projects.flatMap((name) => ["--project", name]), ...args]);
}

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  say(`Node 20.19 or newer is needed, this is ${process.version}`);
  process.exit(1);
}
// npm passes SIGTERM to its shell only; when that has gone, so should we.
if (process.env.npm_lifecycle_event) {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, "SIGTERM");
  }, 250);
  watch.unref();
}
const [task, ...args] = process.argv.slice(2);
await enter();
if (task === "lock") await install("--no-frozen-lockfile");
else await install();
switch (task) {
  case "install":
  case "lock":
    break;
  case "build":
    await build();
    break;
  case "start":
  case "train":
  case "bench":
    await build();
    leave();
    await become(task === "bench" ? "bench" : "train", args);
    break;
  case "test":
    process.exitCode = await test(args);
    break;
  case "course":
    env.DL_COURSE = "write";
    process.exitCode = await test([
      "--project",
      "node",
      // Named files alone, if any are.
      ...(args.some((arg) => arg.includes("/")) ? [] : ["packages/testing/src/course"]),
      ...args,
    ]);
    break;
  default:
    say(`run.mjs: unknown task ${task}`);
    process.exitCode = 2;
}
