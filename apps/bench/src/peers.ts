import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { openProcess } from "./process-subject.ts";
import { backendNames, openLocal, type BackendName, type Subject } from "./subject.ts";

/** Found from the source and from the built file alike: both lie one folder below the app. */
const folder = fileURLToPath(new URL("../peers/", import.meta.url));

export const peerNames = ["torch", "tfjs", "jax-js"] as const;
/** One of the above, or `build:PATH`: another checkout of this repository, built. */
export type PeerName = (typeof peerNames)[number] | `build:${string}`;

export interface PeerOptions {
  readonly python: string;
  readonly backend: BackendName;
  readonly say: (line: string) => void;
}

/** @throws {Error} that says why the peer cannot be had. */
export async function openPeer(name: PeerName, options: PeerOptions): Promise<Subject> {
  if (name.startsWith("build:")) return openBuild(name.slice("build:".length), options.backend);
  if (name === "torch")
    return openProcess({
      command: options.python,
      args: [join(folder, "torch_steps.py")],
      // Threads that spin while they wait take the cores from each other on a shared machine.
      env: { OMP_WAIT_POLICY: process.env["OMP_WAIT_POLICY"] ?? "PASSIVE" },
      whenAbsent: `${options.python} with PyTorch was not found; Debian: python3-torch, libopenblas0-pthread`,
    });
  await installPeers(options.say);
  return openProcess({
    command: process.execPath,
    args: [join(folder, `${name}.mjs`)],
    whenAbsent: `${name} did not start`,
  });
}

/** Our library in a process of its own, or in this one when run from source, as tests are. */
export async function openOurs(backend: BackendName): Promise<Subject> {
  const main = fileURLToPath(new URL("main.js", import.meta.url));
  if (import.meta.url.endsWith(".ts")) return openLocal(backend);
  return openMain(main, backend);
}

async function openBuild(checkout: string, backend: BackendName): Promise<Subject> {
  const main = join(checkout, "apps/bench/dist/main.js");
  if (!existsSync(main)) throw new Error(`${main} does not exist; build that checkout first`);
  return openMain(main, backend);
}

function openMain(main: string, backend: BackendName): Promise<Subject> {
  return openProcess({
    command: process.execPath,
    args: [main, "serve", "--backend", backend],
    whenAbsent: `the ${backend} backend did not start`,
  });
}

/** Puts the JavaScript peers beside the harness, once; installing the project leaves them out. */
async function installPeers(say: (line: string) => void): Promise<void> {
  const { dependencies } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  const isInstalled = ([name, version]: [string, string]): boolean => {
    const manifest = join(folder, "node_modules", name, "package.json");
    if (!existsSync(manifest)) return false;
    return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version === version;
  };
  if (Object.entries(dependencies).every(isInstalled)) return;
  say("installing the peers into apps/bench/peers/node_modules ...");
  const args = ["install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"];
  try {
    await promisify(execFile)("npm", args, { cwd: folder, timeout: 300_000 });
  } catch (error) {
    throw new Error(`npm could not install it: ${String(error).split("\n")[0]}`, { cause: error });
  }
}

export function isBackendName(name: string): name is BackendName {
  return (backendNames as readonly string[]).includes(name);
}
