import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, release, totalmem, type as osType } from "node:os";

export interface Environment {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly os: string;
  readonly host: string;
  readonly governor: string;
  /** One-minute load average when the run began. */
  readonly load: number;
  readonly timerStepNs: number;
  readonly browserFlags?: readonly string[];
  readonly crossOriginIsolated?: boolean;
}

export interface GitState {
  readonly sha: string;
  readonly dirty: boolean;
}

export function environment(): Environment {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    os: `${osType()} ${release()}`,
    host: `Node ${process.versions.node}`,
    governor: textOf("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
    load: Math.round(loadavg()[0]! * 100) / 100,
    timerStepNs: timerStep(),
  };
}

/** Results of different machines are not compared. */
export function sameMachine(a: Environment, b: Environment): boolean {
  return a.cpu === b.cpu && a.cores === b.cores && a.memoryBytes === b.memoryBytes;
}

export function gitState(): GitState {
  const git = (...args: string[]): string =>
    execFileSync("git", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  try {
    return { sha: git("rev-parse", "HEAD"), dirty: git("status", "--porcelain") !== "" };
  } catch {
    return { sha: "unknown", dirty: false };
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return "unknown";
  }
}

/** Smallest step seen between two readings. */
function timerStep(): number {
  let smallest = Infinity;
  for (let i = 0; i < 200; i++) {
    const started = performance.now();
    let now = started;
    while (now === started) now = performance.now();
    smallest = Math.min(smallest, now - started);
  }
  return Math.round(smallest * 1e6);
}
