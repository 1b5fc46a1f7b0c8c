import { ArgumentError, describeValue } from "@dl/backend";
import { openBytes, type ByteSource } from "@dl/formats";
import { writeTarget } from "../model-files/write-target.ts";

/** Where checkpoints are kept: files by name, each there as a whole or not at all. */
export interface CheckpointPlace {
  /** What a message calls it. */
  readonly name: string;
  /** Names of all files that are there. */
  names(): Promise<readonly string[]>;
  /** Puts a whole file in the place of an old one; a crash leaves the old. */
  write(name: string, parts: readonly Uint8Array[]): Promise<void>;
  /** Opens a file to be read in parts. */
  open(name: string): Promise<ByteSource>;
  /** Takes a file away. */
  remove(name: string): Promise<void>;
}

/**
 * The place that is meant: a folder by its path or `file:` URL in Node, made if it is not there; a folder of
 * the page's own file system (OPFS) or one that the user picked; or a place of one's own.
 *
 * @throws {ArgumentError} for anything else.
 */
export function placeOf(op: string, where: CheckpointWhere): CheckpointPlace {
  if (typeof where === "string" || where instanceof URL) return nodeFolder(where);
  if (typeof where === "object" && where !== null) {
    if ("getFileHandle" in where) return pageFolder(where);
    if ("names" in where && "write" in where) return where;
  }
  throw new ArgumentError(
    op,
    `checkpoints need a folder: received ${describeValue(where)}. Give a path, or a FileSystemDirectoryHandle in a page.`,
    { received: where },
  );
}

/** What {@link placeOf} takes. */
export type CheckpointWhere = string | URL | FileSystemDirectoryHandle | CheckpointPlace;

/**
 * Checkpoints in memory: for tests, for messages to a worker, for a download.
 *
 * @example
 * const place = memoryPlace();
 * await place.write("a", [Uint8Array.of(1, 2)]);
 * place.files.get("a").size; // => 2
 */
export function memoryPlace(
  files: Map<string, Blob> = new Map(),
): CheckpointPlace & { readonly files: Map<string, Blob> } {
  return {
    name: "memory",
    files,
    names: () => Promise.resolve([...files.keys()]),
    write(name, parts) {
      files.set(name, new Blob(parts as Uint8Array<ArrayBuffer>[]));
      return Promise.resolve();
    },
    open: (name) => openBytes(files.get(name)!, "memoryPlace"),
    remove(name) {
      files.delete(name);
      return Promise.resolve();
    },
  };
}

/** A folder in Node. */
function nodeFolder(where: string | URL): CheckpointPlace {
  const folder = async (): Promise<string> => {
    if (typeof where === "string" && !where.startsWith("file:")) return where;
    const { fileURLToPath } = await import("node:url");
    return fileURLToPath(where);
  };
  const pathOf = async (name: string): Promise<string> => {
    const { join } = await import("node:path");
    return join(await folder(), name);
  };
  return {
    name: String(where),
    async names() {
      const { readdir } = await import("node:fs/promises");
      return readdir(await folder()).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return [];
        throw error;
      });
    },
    async write(name, parts) {
      const { mkdir } = await import("node:fs/promises");
      await mkdir(await folder(), { recursive: true });
      await writeTarget("checkpoints", await pathOf(name), parts);
    },
    open: async (name) => openBytes(await pathOf(name), "checkpoints"),
    async remove(name) {
      const { rm } = await import("node:fs/promises");
      await rm(await pathOf(name), { force: true });
    },
  };
}

/** A folder of a page's file system. */
function pageFolder(folder: FileSystemDirectoryHandle): CheckpointPlace {
  return {
    name: folder.name === "" ? "the page's folder" : folder.name,
    async names() {
      const names: string[] = [];
      for await (const name of folder.keys()) names.push(name);
      return names;
    },
    async write(name, parts) {
      // A file has its name from its first moment on, so it is filled under another one.
      const aside = `${name}.${crypto.randomUUID().slice(0, 8)}.tmp`;
      const file = await folder.getFileHandle(aside, { create: true });
      try {
        await writeTarget("checkpoints", file, parts);
        if (!("move" in file)) return await copyTo(folder, name, file);
        await (file as { move(name: string): Promise<void> }).move(name);
      } catch (error) {
        await folder.removeEntry(aside).catch(() => undefined);
        throw error;
      }
    },
    open: async (name) =>
      openBytes(await (await folder.getFileHandle(name)).getFile(), "checkpoints"),
    remove: (name) => folder.removeEntry(name),
  };
}

/** Where files cannot be renamed: a crash may leave an empty one of the name, which is noticed as damaged. */
async function copyTo(
  folder: FileSystemDirectoryHandle,
  name: string,
  file: FileSystemFileHandle,
): Promise<void> {
  const target = await folder.getFileHandle(name, { create: true });
  const writable = await target.createWritable();
  await writable.write(await file.getFile());
  await writable.close();
  await folder.removeEntry(file.name);
}
