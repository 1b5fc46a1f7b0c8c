import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBytes } from "./byte-source.ts";

const file = Uint8Array.from({ length: 1000 }, (_, i) => i & 255);
let version = '"1"';
const kinds: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
  "/ranges": (request, response) => {
    const [, from, to] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "") ?? [];
    const [start, end] = [Number(from), Math.min(Number(to) + 1, file.length)];
    response.writeHead(206, { "Content-Range": `bytes ${start}-${end - 1}/1000`, ETag: version });
    response.end(file.subarray(start, end));
  },
  "/whole": (_, response) => response.end(file),
  "/empty": (request, response) => {
    response.writeHead(request.headers.range === undefined ? 200 : 416);
    response.end();
  },
  "/broken": (_, response) => {
    response.writeHead(200, { "Content-Length": "1000" });
    response.write(file.subarray(0, 10));
    setTimeout(() => response.destroy(), 20);
  },
};
let server: Server;
let root = "";
beforeAll(async () => {
  server = createServer((request, response) => {
    const kind = kinds[request.url!];
    if (kind !== undefined) return kind(request, response);
    response.writeHead(404);
    response.end("<html>no such file</html>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

describe("an address", () => {
  it.each(["/ranges", "/whole"])("is read in parts: %s", async (path) => {
    const source = await openBytes(new URL(root + path));
    expect(source.byteLength).toBe(1000);
    expect(await source.read(10, 13)).toEqual(Uint8Array.of(10, 11, 12));
    expect(await source.read(999, 1000)).toEqual(Uint8Array.of(231));
    expect(await source.read(5, 5)).toEqual(new Uint8Array(0));
    await source.close();
  });

  it("may be of an empty file", async () => {
    expect((await openBytes(`${root}/empty`)).byteLength).toBe(0);
  });

  it("may be of a file that changes", async () => {
    const source = await openBytes(`${root}/ranges`);
    version = '"2"';
    await expect(source.read(0, 4)).rejects.toThrow("changed while it was read. Open it again.");
  });

  it("is refused where there is no file, or no server", async () => {
    await expect(openBytes(`${root}/none`)).rejects.toThrow("its server answered 404 Not Found");
    await expect(openBytes("http://127.0.0.1:1/x")).rejects.toThrow("no server answered");
    await expect(openBytes(`${root}/broken`)).rejects.toThrow("the connection broke");
  });
});
