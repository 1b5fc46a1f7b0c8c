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

type Opener = () => Promise<Subject>;

/**
 * PyTorch's ways of waiting for its threads: spinning is quicker, and loses on a machine that is shared.
 * Each must be chosen before it starts.
 */
export function torchVariants(python: string): readonly Opener[] {
  return ["PASSIVE", "ACTIVE"].map(
    (policy) => () =>
      openProcess({
        command: python,
        args: [join(folder, "torch_steps.py")],
        env: { OMP_WAIT_POLICY: policy },
        pauses: true,
        whenAbsent: `${python} with PyTorch was not found; Debian: python3-torch, libopenblas0-pthread`,
      }),
  );
}

/** A JavaScript peer in Node. */
export async function openNodePeer(
  name: string,
  backend: BackendName,
  say: (line: string) => void,
): Promise<Subject> {
  await installPeers(say);
  return openProcess({
    command: process.execPath,
    args: [join(folder, "answer-lines.mjs"), name, peerBackend(backend)],
    whenAbsent: `${name} did not start`,
  });
}

/** The peers' counterpart of our backend. */
export function peerBackend(backend: BackendName): "webgpu" | "wasm" {
  return backend === "webgpu" ? "webgpu" : "wasm";
}

/** Our library in a process of its own, or in this one when run from source, as tests are. */
export async function openOurs(backend: BackendName): Promise<Subject> {
  const main = fileURLToPath(new URL("main.js", import.meta.url));
  if (import.meta.url.endsWith(".ts")) return openLocal(backend);
  return openMain(main, backend);
}

export async function openBuild(checkout: string, backend: BackendName): Promise<Subject> {
  const main = join(checkout, "apps/bench/dist/main.js");
  if (!existsSync(main)) throw new Error(`${main} does not exist; build that checkout first`);
  return openMain(main, backend);
}

/** Chromium's software Vulkan driver, for machines without a GPU; Dawn finds a real one by itself. */
const softwareVulkan = "/usr/lib/chromium/vk_swiftshader_icd.json";

function openMain(main: string, backend: BackendName): Promise<Subject> {
  const isSoftware = backend === "webgpu" && existsSync(softwareVulkan);
  return openProcess({
    command: process.execPath,
    args: [main, "serve", "--backend", backend],
    env: isSoftware ? { VK_ADD_DRIVER_FILES: softwareVulkan } : {},
    whenAbsent: `the ${backend} backend did not start`,
  });
}

/** Puts the JavaScript peers beside the harness, once; installing the project leaves them out. */
export async function installPeers(say: (line: string) => void): Promise<void> {
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
