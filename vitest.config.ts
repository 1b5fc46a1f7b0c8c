import { playwright } from "@vitest/browser-playwright";
import { defaultClientConditions, defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

const source = "@dl/source"; // resolves @dl/* to packages/*/src instead of dist
const fromSource = {
  resolve: { conditions: [source, ...defaultClientConditions] },
  ssr: { resolve: { conditions: [source, ...defaultServerConditions] } },
};
const exclude = ["**/*.browser.test.ts", "**/*.gpu.test.ts", "**/node_modules/**", "**/dist/**"];
// Without both headers a page has no SharedArrayBuffer, and so no threads.
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export default defineConfig({
  test: {
    projects: [
      {
        ...fromSource,
        test: {
          name: "node",
          environment: "node",
          testTimeout: 30_000,
          include: ["packages/*/src/**/*.test.ts", "apps/*/src/**/*.test.ts"],
          exclude,
        },
      },
      {
        // The published form: no source condition, and dist is loaded by Node itself, not transformed.
        test: {
          name: "built",
          environment: "node",
          testTimeout: 30_000,
          include: ["packages/testing/src/**/*.test.ts", "apps/*/src/**/*.test.ts"],
          exclude,
          server: { deps: { external: [/\/packages\/[^/]+\/dist\//] } },
        },
      },
      {
        // WebGPU in Node: Dawn, the npm package `webgpu`, on Chromium's software Vulkan driver.
        ...fromSource,
        test: {
          name: "dawn",
          environment: "node",
          testTimeout: 60_000,
          include: ["packages/*/src/**/*.gpu.test.ts", "apps/*/src/**/*.gpu.test.ts"],
          env: {
            VK_ICD_FILENAMES:
              process.env["VK_ICD_FILENAMES"] ?? "/usr/lib/chromium/vk_swiftshader_icd.json",
          },
          // In a worker thread Dawn does not see the environment, and finds no adapter.
          pool: "forks",
          fileParallelism: false,
        },
      },
      {
        ...fromSource,
        server: { headers: isolation },
        test: {
          name: "browser",
          testTimeout: 30_000,
          include: ["packages/*/src/**/*.browser.test.ts", "apps/*/src/**/*.browser.test.ts"],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                executablePath: process.env["DL_CHROMIUM"] ?? "/usr/bin/chromium",
                args: [
                  "--no-sandbox",
                  "--enable-unsafe-webgpu",
                  "--use-webgpu-adapter=swiftshader",
                ],
              },
            }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
    ],
  },
});
