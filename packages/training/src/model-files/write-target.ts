import { wrongType } from "@dl/backend";

/** The bytes of a file, one part after the other. */
type Chunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** Where a file goes: a path in Node, a file of the Origin Private File System or one picked in a page. */
export type ModelTarget = string | URL | FileSystemFileHandle;

const isNode =
  typeof (globalThis as { process?: { versions?: { node?: string } } }).process?.versions?.node ===
  "string";

/**
 * Writes a file aside and puts it in the place of the old one when it is whole: a crash leaves the old.
 *
 * @throws {ArgumentError} for a place where nothing can be written. @throws what writing throws.
 */
export async function writeTarget(op: string, target: ModelTarget, chunks: Chunks): Promise<void> {
  if (typeof target === "object" && "createWritable" in target) {
    const file = await target.createWritable(); // written aside by the browser, until close
    try {
      // Never shared memory: what data() gives is a copy.
      for await (const chunk of chunks) await file.write(chunk as Uint8Array<ArrayBuffer>);
    } catch (error) {
      await file.abort();
      throw error;
    }
    return file.close();
  }
  if (!isNode || !(typeof target === "string" || target instanceof URL))
    throw wrongType(
      op,
      isNode ? "needs a path" : "needs a FileSystemFileHandle in a page",
      target,
      "For the bytes themselves use modelBytes(model).",
    );
  await writePath(target, chunks);
}

async function writePath(target: string | URL, chunks: Chunks): Promise<void> {
  const { open, rename, rm } = await import("node:fs/promises");
  const { dirname } = await import("node:path");
  const { fileURLToPath } = await import("node:url");
  const path = String(target).startsWith("file:") ? fileURLToPath(target) : String(target);
  const aside = `${path}.${crypto.randomUUID().slice(0, 8)}.tmp`;
  const file = await open(aside, "wx");
  try {
    for await (const chunk of chunks) await file.writeFile(chunk);
    await file.sync();
    await file.close();
    await rename(aside, path);
    // The new name is on the disk too; Windows opens no folders.
    const folder = await open(dirname(path), "r").catch(() => undefined);
    await folder?.sync();
    await folder?.close();
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(aside, { force: true });
    throw error;
  }
}
