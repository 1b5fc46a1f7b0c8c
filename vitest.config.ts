import { playwright } from "@vitest/browser-playwright";
import { defaultClientConditions, defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

const source = "@dl/source"; // resolves @dl/* to packages/*/src instead of dist
const fromSource = {
  resolve: { conditions: [source, ...defaultClientConditions] },
  ssr: { resolve: { conditions: [source, ...defaultServerConditions] } },
};
const exclude = ["**/*.browser.test.ts", "**/node_modules/**", "**/dist/**"];
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
                args: ["--no-sandbox"],
              },
            }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
    ],
  },
});
