import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ArgumentError, FormatError } from "@dl/backend";
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
  "/elsewhere": (request, response) => {
    const isFirst = request.headers.range === "bytes=0-0";
    const at = isFirst ? 0 : 1;
    response.writeHead(206, { "Content-Range": `bytes ${at}-${at}/1000` });
    response.end(file.subarray(at, at + 1));
  },
  "/more": (_, response) => {
    response.writeHead(206, { "Content-Range": "bytes 0-0/1000" });
    response.end(file);
  },
  "/never": (_, response) => {
    response.writeHead(416);
    response.end();
  },
  "/page": (_, response) => {
    response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" });
    response.end("<html>sign in</html>");
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
    await expect(openBytes(`${root}/never`)).rejects.toThrow("its server answered 416");
    await expect(openBytes(`${root}/page`)).rejects.toThrow("a web page came, not a file");
  });

  it("is not believed where it gives other bytes than were asked for", async () => {
    const elsewhere = await openBytes(`${root}/elsewhere`);
    await expect(elsewhere.read(0, 2)).rejects.toThrow("changed while it was read");
    const more = await openBytes(`${root}/more`);
    await expect(more.read(0, 2)).rejects.toThrow("sent more than 2 bytes");
    await expect(more.read(0, 1001)).rejects.toThrow("the file has those from 0 to 1000");
  });
});

describe("a file", () => {
  const folder = mkdtempSync(join(tmpdir(), "byte-source-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(["a longer", "a shorter", "an equally long"])(
    "may be changed to %s one",
    async (kind) => {
      const path = join(folder, kind);
      writeFileSync(path, file);
      utimesSync(path, 1, 1);
      const source = await openBytes(pathToFileURL(path).href);
      expect(await source.read(998, 1000)).toEqual(file.subarray(998));
      const length = { "a longer": 1001, "a shorter": 10 }[kind] ?? 1000;
      writeFileSync(path, new Uint8Array(length));
      await expect(source.read(0, 5)).rejects.toThrow("changed while it was read. Open it again.");
      await source.close();
      await source.close();
      await expect(source.read(0, 5)).rejects.toThrow("the file was closed");
    },
  );
});

describe("any source", () => {
  it.each([
    [-1, 2],
    [2, 1],
    [0, 1001],
    [0.5, 1],
    [Number.NaN, 1],
    [undefined, undefined],
  ])("refuses bytes %s to %s", async (start, end) => {
    for (const place of [file, file.slice().buffer, new Blob([file])]) {
      const source = await openBytes(place);
      await expect(source.read(start as number, end as number)).rejects.toBeInstanceOf(
        ArgumentError,
      );
    }
  });

  it("may be one's own, whose mistakes are found", async () => {
    const close = (): Promise<void> => Promise.resolve();
    const short = { byteLength: 4, close, read: () => Promise.resolve(new Uint8Array(1)) };
    const read = await openBytes(short);
    await expect(read.read(0, 4)).rejects.toThrow("bytes 0 to 4 were asked for, 1 came");
    const failing = { byteLength: 4, close, read: () => Promise.reject(new Error("gone")) };
    const failed = (await openBytes(failing)).read(0, 4);
    await expect(failed).rejects.toBeInstanceOf(FormatError);
    await expect(failed).rejects.toThrow("can no longer be read: Error: gone");
  });
});
