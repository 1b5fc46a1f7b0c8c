import { ArgumentError, checkCount, checkOptions, describeValue, FormatError } from "@dl/backend";

/** How large a file may be before it is refused. */
export interface ReadLimits {
  /** Most bytes the content may have once decompressed. Default 1 GiB. */
  readonly maxByteLength?: number;
}

/** The limit asked for, or 1 GiB. @throws {ArgumentError} unless it is a whole number of at least 1. */
export function checkedLimit(limits: ReadLimits, op: string): number {
  const { maxByteLength = 2 ** 30 } = checkOptions(op, limits, { maxByteLength: "number" });
  checkCount(op, "maxByteLength", maxByteLength);
  return maxByteLength;
}

/** @throws {ArgumentError} unless it is a Uint8Array, as a Buffer of Node is too. */
export function checkBytes(bytes: unknown, op: string): void {
  if (ArrayBuffer.isView(bytes) && bytes instanceof Uint8Array) return;
  throw new ArgumentError(
    op,
    `needs the bytes of a file as a Uint8Array: received ${describeValue(bytes)}. Of an ArrayBuffer make new Uint8Array(buffer).`,
    { received: bytes },
  );
}

/** @throws {FormatError} if the content is larger than the limit. */
export function checkContentLength(
  byteLength: number,
  maxByteLength: number,
  compressed: number,
  op: string,
): void {
  if (!(byteLength <= maxByteLength))
    throw new FormatError(
      op,
      `the file holds more than ${maxByteLength} bytes: it says ${byteLength}, received ${compressed} compressed. Raise maxByteLength if you trust it.`,
      { expected: maxByteLength, received: byteLength },
    );
}

/**
 * Checks a name that a file gives to a part of itself.
 *
 * @throws {FormatError} if using it as a path would leave its folder, or as a key would reach into
 * every object.
 */
export function checkPartName(name: string, op: string): void {
  const isPath = name.startsWith("/") || /^[A-Za-z]:/.test(name) || name.includes("\\");
  const climbs = name.split("/").includes("..");
  // oxlint-disable-next-line no-control-regex
  if (isPath || climbs || name === "__proto__" || /[\u0000-\u001f]/.test(name))
    throw new FormatError(
      op,
      `the file uses a name that is not safe: received ${JSON.stringify(name.slice(0, 80))}.`,
      { received: name },
    );
}
