import { build } from "esbuild";
import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright";
import type { BenchPage } from "./page-main.ts";
import type { Identity, Subject } from "./subject.ts";

interface PageOptions {
  /** What the page runs: it must set `globalThis.bench` to a `BenchPage`. */
  readonly script: string;
  readonly backend: string;
  readonly timeoutMs?: number;
}

/** A browser whose pages are subjects, each in a process of its own, all on one GPU process. */
export interface ChromiumHost {
  /** "Chromium 140.0", and how it was started. */
  readonly version: string;
  readonly flags: readonly string[];
  readonly isIsolated: boolean;
  readonly timerStepNs: number;
  readonly browser: Browser;
  /** @throws {Error} that says why the page's library cannot be had. */
  open(options: PageOptions): Promise<Subject>;
  stop(): Promise<void>;
}

export const chromiumPath = process.env["DL_CHROMIUM"] ?? "/usr/bin/chromium";

/** Longest that a page may take for anything; a hung page must not hang the run. */
const defaultTimeoutMs = 180_000;

const commonFlags = [
  "--no-sandbox",
  "--enable-unsafe-webgpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  ...(process.env["DL_CHROMIUM_FLAGS"]?.split(" ") ?? []),
];
/** Where there is no GPU: the software adapter. */
const softwareFlag = "--use-webgpu-adapter=swiftshader";

/** @throws {Error} where there is no Chromium, or it does not start. */
export async function startChromium(): Promise<ChromiumHost> {
  if (!existsSync(chromiumPath))
    throw new Error(`there is no Chromium at ${chromiumPath}; DL_CHROMIUM may name another`);
  const scripts = new Map<string, string>();
  const server = await listen(scripts);
  const origin = `http://localhost:${(server.address() as { port: number }).port}`;
  const { browser, flags } = await launch(origin);
  const blank = await browser.newPage();
  await blank.goto(origin);
  const { isIsolated, timerStepNs } = await blank.evaluate(readPageClock);
  await blank.close();
  return {
    version: `Chromium ${browser.version()}`,
    flags,
    isIsolated,
    timerStepNs,
    browser,
    async open({ script, backend, timeoutMs = defaultTimeoutMs }) {
      const path = `/script-${scripts.size}.js`;
      scripts.set(path, script);
      const context = await browser.newContext();
      const page = await context.newPage();
      const ended = endOf(page);
      try {
        await page.goto(`${origin}/?script=${path}`);
        const run = <Result>(work: Promise<Result>): Promise<Result> =>
          withinTime(Promise.race([work, ended]), timeoutMs);
        const identity = await run(page.evaluate(openPage, backend));
        return {
          identity,
          block: (request) => run(page.evaluate(runBlock, request)),
          stop: () => context.close(),
        };
      } catch (error) {
        await context.close();
        throw error;
      }
    },
    async stop() {
      await browser.close();
      server.close();
    },
  };
}

type BenchScope = { readonly bench?: BenchPage };

/** In the page; waits for the script, which is a module and so comes later. */
async function openPage(backend: string): Promise<Identity> {
  const scope = globalThis as BenchScope & { failure?: string };
  while (scope.bench === undefined) {
    if (scope.failure !== undefined) throw new Error(scope.failure);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return scope.bench.open(backend);
}

/** In the page. */
function runBlock(request: Parameters<BenchPage["block"]>[0]): ReturnType<BenchPage["block"]> {
  return (globalThis as BenchScope).bench!.block(request);
}

/** In the page. */
function readPageClock(): { isIsolated: boolean; timerStepNs: number } {
  let smallest = Infinity;
  for (let i = 0; i < 200; i++) {
    const started = performance.now();
    let now = started;
    while (now === started) now = performance.now();
    smallest = Math.min(smallest, now - started);
  }
  return { isIsolated: crossOriginIsolated, timerStepNs: Math.round(smallest * 1e6) };
}

/** Rejects when the page dies; says first what it last complained of. */
function endOf(page: Page): Promise<never> {
  let complaint = "";
  page.on("pageerror", (error) => (complaint = `: ${error.message}`));
  const ended = new Promise<never>((_, reject) => {
    page.once("crash", () => reject(new Error(`the page crashed${complaint}`)));
    page.once("close", () => reject(new Error(`the page was closed${complaint}`)));
  });
  // It may end when nobody is asking.
  ended.catch(() => {});
  return ended;
}

async function withinTime<Result>(work: Promise<Result>, timeoutMs: number): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`no answer within ${timeoutMs / 1000} s`)),
      timeoutMs,
    );
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** With the machine's own GPU where it has one, else with the software adapter. */
async function launch(origin: string): Promise<{ browser: Browser; flags: readonly string[] }> {
  const { chromium } = await import("playwright");
  const start = (args: readonly string[]): Promise<Browser> =>
    chromium.launch({ executablePath: chromiumPath, args: [...args] });
  const browser = await start(commonFlags);
  const page = await browser.newPage();
  await page.goto(origin);
  const hasAdapter = await page.evaluate(
    async () => ((await navigator.gpu?.requestAdapter()) ?? null) !== null,
  );
  if (hasAdapter) {
    await page.close();
    return { browser, flags: commonFlags };
  }
  await browser.close();
  const flags = [...commonFlags, softwareFlag];
  return { browser: await start(flags), flags };
}

const page = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>bench</title>
<script>
const script = new URLSearchParams(location.search).get("script");
if (script) import(script).catch((error) => (globalThis.failure = String(error)));
</script>`;

/** Pages that are cross-origin isolated: they have SharedArrayBuffer and a fine clock. */
async function listen(scripts: ReadonlyMap<string, string>): Promise<Server> {
  const isolation = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
  };
  const server = createServer(({ url = "/" }, response) => {
    const send = (type: string, body: string | Uint8Array): void => {
      response.writeHead(200, { ...isolation, "Content-Type": type }).end(body);
    };
    const path = url.split("?")[0]!;
    const script = scripts.get(path);
    if (script !== undefined) send("text/javascript", script);
    else if (path === "/") send("text/html", page);
    else if (path.startsWith("/tfjs-backend-wasm/")) send("application/wasm", tfjsWasm(path));
    else response.writeHead(404, isolation).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  return server;
}

const peers = fileURLToPath(new URL("../peers/", import.meta.url));

function tfjsWasm(path: string): Uint8Array {
  const library = createRequire(join(peers, "x.js")).resolve("@tensorflow/tfjs-backend-wasm");
  return readFileSync(join(dirname(library), basename(path)));
}

/** Our library's page, of this checkout or another one. */
export async function ourScript(app: string): Promise<string> {
  return bundle(`import "./src/page-main.ts";`, app);
}

/** A JavaScript peer's page. */
export async function peerScript(name: string): Promise<string> {
  const entry = `import { serveInPage } from "./answer-page.mjs";
import { openLibrary } from "./${name}.mjs";
serveInPage(openLibrary);`;
  return bundle(entry, peers);
}

async function bundle(contents: string, resolveDir: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir },
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    target: "es2022",
    conditions: ["@dl/source"],
    external: ["node:*"],
    logLevel: "silent",
  });
  return outputFiles[0]!.text;
}
