import { ArgumentError, DlError, FormatError } from "@dl/backend";

/** Bytes that can be read in parts: a file, a Blob, an address, memory. */
export interface ByteSource {
  readonly byteLength: number;
  /** All bytes from `start` to before `end`; those of memory are not copied. */
  read(start: number, end: number): Promise<Uint8Array>;
  /** Lets the file go. */
  close(): Promise<void>;
}

/** Gives exactly what was asked for, or an error of ours, wherever the bytes are. */
export class CheckedBytes implements ByteSource {
  readonly #source: ByteSource;
  readonly #op: string;
  #isClosed = false;

  constructor(source: ByteSource, op: string) {
    this.#source = source;
    this.#op = op;
  }

  get byteLength(): number {
    return this.#source.byteLength;
  }

  async read(start: number, end: number): Promise<Uint8Array> {
    const { byteLength } = this;
    const isWithin = 0 <= start && start <= end && end <= byteLength;
    if (!(isWithin && Number.isSafeInteger(start) && Number.isSafeInteger(end)))
      throw new ArgumentError(
        this.#op,
        `bytes ${String(start)} to ${String(end)} were asked for, but the file has those from 0 to ${byteLength}.`,
        { expected: byteLength, received: [start, end] },
      );
    if (this.#isClosed)
      throw new ArgumentError(this.#op, "the file was closed. Open it again to read on.");
    const bytes = await this.#read(start, end);
    if (bytes.byteLength === end - start) return bytes;
    throw new FormatError(
      this.#op,
      `the file ended while it was read: bytes ${start} to ${end} were asked for, ${bytes.byteLength} came. Was it changed?`,
      { expected: end - start, received: bytes.byteLength },
    );
  }

  async #read(start: number, end: number): Promise<Uint8Array> {
    try {
      return await this.#source.read(start, end);
    } catch (cause) {
      if (cause instanceof DlError) throw cause;
      const error = new FormatError(
        this.#op,
        `the file can no longer be read: ${String(cause)}. Was it changed? Open it again.`,
      );
      error.cause = cause;
      throw error;
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#source.close();
  }
}
