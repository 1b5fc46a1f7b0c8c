import { playwright } from "@vitest/browser-playwright";
import { defaultClientConditions, defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

const source = "@dl/source"; // resolves @dl/* to packages/*/src instead of dist
const fromSource = {
  resolve: { conditions: [source, ...defaultClientConditions] },
  ssr: { resolve: { conditions: [source, ...defaultServerConditions] } },
};
const nowhere = ["**/node_modules/**", "**/dist/**"];
const elsewhere = ["**/*.browser.test.ts", "**/*.gpu.test.ts", ...nowhere];
const exclude = ["**/*.built.test.ts", ...elsewhere];
// Without both headers a page has no SharedArrayBuffer, and so no threads.
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

const crash = "**/*-crash.browser.test.ts";

/** Headless Chromium with WebGPU in software. */
function chromium(...args: string[]) {
  return playwright({
    launchOptions: {
      executablePath: process.env["DL_CHROMIUM"] ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--enable-unsafe-webgpu",
        "--use-webgpu-adapter=swiftshader",
        // As the backend asks of Dawn in Node: see dawnFlags in its adapter.ts.
        "--disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension",
        ...args,
      ],
    },
  });
}

export default defineConfig({
  test: {
    // Vitest leaves one core idle otherwise: half of them where there are two.
    maxWorkers: "100%",
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
          // What takes long and asks nothing of the published form runs once, from source.
          exclude: [
            ...elsewhere,
            "packages/testing/src/course/**",
            "packages/testing/src/checkpoints/resumed-bits.test.ts",
            "packages/testing/src/model-files/layer-names.test.ts",
            "packages/testing/src/distributions/**",
            "apps/train/src/adversarial/**",
            "packages/testing/src/conformance/non-finite-*.test.ts",
          ],
          server: { deps: { external: [/\/packages\/[^/]+\/dist\//] } },
        },
      },
      {
        // WebGPU in Node: Dawn, the npm package `webgpu`, on Chromium's software Vulkan driver.
        ...fromSource,
        test: {
          name: "dawn",
          environment: "node",
          testTimeout: 120_000,
          include: ["packages/*/src/**/*.gpu.test.ts", "apps/*/src/**/*.gpu.test.ts"],
          env: {
            VK_ICD_FILENAMES:
              process.env["VK_ICD_FILENAMES"] ?? "/usr/lib/chromium/vk_swiftshader_icd.json",
          },
          // In a worker thread Dawn does not see the environment, and finds no adapter.
          pool: "forks",
        },
      },
      {
        ...fromSource,
        server: { headers: isolation },
        test: {
          name: "browser",
          provide: { closedTabs: Number(process.env["DL_CLOSED_TABS"] ?? 2) },
          testTimeout: 30_000,
          env: { REQUIRED_BACKENDS: process.env["REQUIRED_BACKENDS"] ?? "" },
          include: ["packages/*/src/**/*.browser.test.ts", "apps/*/src/**/*.browser.test.ts"],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: chromium(),
            instances: [
              { browser: "chromium", exclude: [...nowhere, crash] },
              {
                // A browser of its own, since the others would lose their GPU process too. The test
                // says what the flags are for.
                browser: "chromium",
                name: "browser-crash",
                include: [crash],
                provider: chromium(
                  "--disable-gpu-process-crash-limit",
                  "--disable-domain-blocking-for-3d-apis",
                ),
                provide: { drills: Number(process.env["DL_DRILLS"] ?? 1) },
              },
            ],
            commands: {
              async trainInClosedTab({ context }, module, folder, closeAfterMs) {
                const page = await context.newPage();
                const empty = { contentType: "text/html", body: "<title>a tab</title>" };
                await page.route("**/a-tab", (route) => route.fulfill(empty));
                await page.goto(new URL("/a-tab", module).href);
                let begins: (from: number) => void = () => {};
                const began = new Promise<number>((resolve) => (begins = resolve));
                await page.exposeFunction("tellBegin", (step: number) => begins(step));
                const training = page.evaluate(
                  async ([path, name]) => {
                    const { trainInTab } = await import(/* @vite-ignore */ path);
                    return trainInTab(name, Reflect.get(globalThis, "tellBegin"));
                  },
                  [module, folder],
                );
                training.catch(() => undefined); // told of below, unless the tab is closed
                const from = await Promise.race([began, training.then(() => began)]);
                const closing = new Promise<undefined>((resolve) => {
                  if (closeAfterMs !== undefined) setTimeout(resolve, closeAfterMs);
                });
                const report = await Promise.race([training, closing]);
                await page.close();
                return { from, report };
              },
              async crashGpuProcess({ context }) {
                const session = await context.browser()!.newBrowserCDPSession();
                await session.send("Browser.crashGpuProcess");
                await session.detach();
              },
            },
          },
        },
      },
    ],
  },
});
