import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ourScript, peerScript, startChromium, type ChromiumHost } from "./chromium.ts";
import type { Environment } from "./environment.ts";
import {
  installPeers,
  openBuild,
  openNodePeer,
  openOurs,
  peerBackend,
  torchVariants,
  type PeerName,
} from "./peers.ts";
import type { PeerSource } from "./run-steps.ts";
import type { BackendName, Subject } from "./subject.ts";

export const hostNames = ["node", "chromium"] as const;
export type HostName = (typeof hostNames)[number];

/** Where ours and the JavaScript peers run. */
export interface Host {
  /** What the environment of the results says of it. */
  readonly environment: Partial<Environment>;
  openOurs(): Promise<Subject>;
  peer(name: PeerName): PeerSource;
  stop(): Promise<void>;
}

export interface HostOptions {
  readonly backend: BackendName;
  readonly python: string;
  readonly say: (line: string) => void;
}

/** @throws {Error} that says why the host cannot be had. */
export async function openHost(name: HostName, options: HostOptions): Promise<Host> {
  return name === "chromium" ? chromiumHost(await startChromium(), options) : nodeHost(options);
}

function backendOf(name: PeerName, ours: BackendName): string {
  return name === "torch" ? "cpu" : name.startsWith("build:") ? ours : peerBackend(ours);
}

function nodeHost({ backend, python, say }: HostOptions): Host {
  return {
    environment: {},
    openOurs: () => openOurs(backend),
    peer: (name) => ({
      name,
      backend: backendOf(name, backend),
      variants:
        name === "torch"
          ? torchVariants(python)
          : [
              () =>
                name.startsWith("build:")
                  ? openBuild(name.slice("build:".length), backend)
                  : openNodePeer(name, backend, say),
            ],
    }),
    stop: async () => {},
  };
}

const app = fileURLToPath(new URL("../", import.meta.url));

function chromiumHost(chromium: ChromiumHost, { backend, python, say }: HostOptions): Host {
  const { version, flags, isIsolated, timerStepNs } = chromium;
  // A script is bundled once; every round has a fresh page of it.
  const scripts = new Map<string, Promise<string>>();
  const scriptOf = (name: string, make: () => Promise<string>): Promise<string> => {
    const known = scripts.get(name) ?? make();
    scripts.set(name, known);
    return known;
  };
  const openPeerPage = async (name: PeerName): Promise<Subject> => {
    if (name.startsWith("build:")) {
      const script = scriptOf(name, () =>
        ourScript(join(name.slice("build:".length), "apps/bench")),
      );
      return chromium.open({ script: await script, backend });
    }
    await installPeers(say);
    const script = await scriptOf(name, () => peerScript(name));
    return chromium.open({ script, backend: peerBackend(backend) });
  };
  return {
    environment: {
      host: `${version} headless, driven by Node ${process.versions.node}`,
      browserFlags: flags,
      crossOriginIsolated: isIsolated,
      timerStepNs,
    },
    openOurs: async () =>
      chromium.open({ script: await scriptOf("dl", () => ourScript(app)), backend }),
    peer: (name) => ({
      name,
      backend: backendOf(name, backend),
      variants: name === "torch" ? torchVariants(python) : [() => openPeerPage(name)],
    }),
    stop: () => chromium.stop(),
  };
}
