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
/** Squares numbers enough for threads, and tells on how many. */
const script = `
  import { contiguousLayout, input, mapProgram, scalar } from "@dl/backend";
  import { cpu } from "./src/index.ts";
  const backend = await cpu({ threads: 2 });
  const x = input(0, "float32");
  const spec = { dtype: "float32", layout: contiguousLayout([200000]) };
  const square = backend.compile(mapProgram([200000], [spec], [], [scalar.mul(x, x)]));
  const buffer = backend.allocate(800000);
  backend.write(buffer, new Uint8Array(new Float32Array(200000).fill(3).buffer));
  backend.dispatch(square, [{ buffer, offset: 0 }], [buffer], []);
  const squares = new Float32Array((await backend.read(buffer)).buffer);
  globalThis.answer = {
    isIsolated: crossOriginIsolated,
    threads: backend.capabilities.threads,
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
        ...(url === "/isolated" && isolation),
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

  const answerOf = async (path: string): Promise<unknown> => {
    const page = await browser.newPage();
    const errors: Error[] = [];
    page.on("pageerror", (error) => errors.push(error));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
    await page.waitForFunction("globalThis.answer").catch(() => expect(errors).toEqual([]));
    return page.evaluate("answer");
  };

  test("that sends COOP and COEP has threads", async () => {
    expect(await answerOf("/isolated")).toEqual({
      isIsolated: true,
      threads: 2,
      info: "WebAssembly SIMD, 2 threads, relaxed SIMD: yes",
      isRight: true,
    });
  });

  test("that sends neither has one, and info says so in a short line", async () => {
    expect(await answerOf("/")).toEqual({
      isIsolated: false,
      threads: 1,
      info: "WebAssembly SIMD, 1 thread (no COOP/COEP), relaxed SIMD: yes",
      isRight: true,
    });
  });
});
