import { build } from "esbuild";
import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { chromium, type Browser } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const executablePath = process.env["DL_CHROMIUM"] ?? "/usr/bin/chromium";
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};
/** Squares numbers until threads are worth it, and tells on how many. */
const script = `
  import { contiguousLayout, input, mapProgram, scalar } from "@dl/backend";
  import { cpu } from "./src/index.ts";
  const backend = await cpu();
  const before = backend.info;
  const x = input(0, "float32");
  const spec = { dtype: "float32", layout: contiguousLayout([4000000]) };
  const square = backend.compile(mapProgram([4000000], [spec], [], [scalar.mul(x, x)]));
  const buffer = backend.allocate(16000000);
  backend.write(buffer, new Uint8Array(new Float32Array(4000000).fill(3).buffer));
  const output = backend.allocate(16000000);
  for (let i = 0; i < 100; i++) {
    backend.dispatch(square, [{ buffer, offset: 0 }], [output], []);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  const squares = new Float32Array((await backend.read(output)).buffer);
  globalThis.answer = {
    isIsolated: crossOriginIsolated,
    hardware: navigator.hardwareConcurrency,
    threads: backend.capabilities.threads,
    before,
    info: backend.info,
    isRight: squares.every((square) => square === 9),
  };`;

describe.skipIf(!existsSync(executablePath))("a page of a server", () => {
  let server: Server;
  let browser: Browser;
  beforeAll(async () => {
    const { outputFiles } = await build({
      stdin: { contents: script, resolveDir: join(import.meta.dirname, "../..") },
      bundle: true,
      format: "esm",
      conditions: ["@dl/source"],
      external: ["koffi", "node:*"],
      write: false,
    });
    const page = `<!doctype html><script type="module">${outputFiles[0]!.text}</script>`;
    server = createServer(({ url }, response) => {
      response.writeHead(200, {
        "Content-Type": "text/html",
        ...(url !== "/" && isolation),
        ...(url === "/strict" && { "Content-Security-Policy": "worker-src 'none'" }),
      });
      response.end(page);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    server.close();
  });

  const answerOf = async (path: string): Promise<Record<string, unknown>> => {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (message) => errors.push(message.text()));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
    await page.waitForFunction("globalThis.answer").catch(() => expect(errors).toEqual([]));
    return { ...(await page.evaluate<object>("answer")), errors };
  };

  test("that sends COOP and COEP has threads", async () => {
    const answer = await answerOf("/isolated");
    const threads = Math.min(4, Number(answer["hardware"]));
    const title = threads > 1 ? `${threads} threads` : "1 thread (one core)";
    expect(answer).toMatchObject({
      isIsolated: true,
      threads,
      before: `WebAssembly SIMD, ${threads > 1 ? "up to " : ""}${title}, relaxed SIMD: yes`,
      info: `WebAssembly SIMD, ${title}, relaxed SIMD: yes`,
      isRight: true,
      errors: [],
    });
  });

  test("that sends neither has one, and info says so in a short line", async () => {
    const info = "WebAssembly SIMD, 1 thread (no COOP/COEP), relaxed SIMD: yes";
    const expected = {
      isIsolated: false,
      threads: 1,
      before: info,
      info,
      isRight: true,
      errors: [],
    };
    expect(await answerOf("/")).toMatchObject(expected);
  });

  test("that allows no workers has one, and info says so once it was tried", async () => {
    const answer = await answerOf("/strict");
    expect(answer).toMatchObject({ isIsolated: true, threads: 1, isRight: true });
    expect(answer["info"]).toMatch(
      /^WebAssembly SIMD, 1 thread \((workers fail|SecurityError|one core)\), relaxed/,
    );
  });
});
