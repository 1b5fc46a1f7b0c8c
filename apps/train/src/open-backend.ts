import { UnsupportedError, type Backend } from "@dl/backend";
import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { webgpu } from "@dl/backend-webgpu";
import { existsSync } from "node:fs";
import type { BackendName } from "./names.ts";

/** The Vulkan driver without a GPU that comes with Debian's Chromium. */
const softwareDriver = "/usr/lib/chromium/vk_swiftshader_icd.json";

const backends: {
  readonly [Name in BackendName]: (say: (line: string) => void) => Promise<Backend>;
} = {
  cpu: () => cpu(),
  webgpu: openWebgpu,
  reference: () => Promise.resolve(reference()),
};

/** The backend of that name; `say` is told what the user should know about the choice. */
export function openBackend(name: BackendName, say: (line: string) => void): Promise<Backend> {
  return backends[name](say);
}

/** A GPU, or else the software driver, unless the user names a driver. */
async function openWebgpu(say: (line: string) => void): Promise<Backend> {
  try {
    return await webgpu({ powerPreference: "high-performance" });
  } catch (error) {
    const mayTry = process.env["VK_ICD_FILENAMES"] === undefined && existsSync(softwareDriver);
    if (!(error instanceof UnsupportedError) || !mayTry) throw error;
    process.env["VK_ICD_FILENAMES"] = softwareDriver;
    const backend = await webgpu();
    say(
      `No GPU found: using the software driver ${softwareDriver}. It is slow; --model mlp is the smaller network.`,
    );
    return backend;
  }
}
