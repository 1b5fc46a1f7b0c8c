import { FormatError } from "@dl/backend";

/** The bytes of a pickle, read one instruction after another; nothing is made that is longer than they are. */
export class PickleBytes {
  readonly op: string;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array, op: string) {
    this.op = op;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get byteLength(): number {
    return this.#bytes.byteLength;
  }

  uint8(): number {
    return this.#view.getUint8(this.#step(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#step(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#step(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#step(4), true);
  }

  uint64(): number {
    return Number(this.#view.getBigUint64(this.#step(8), true));
  }

  float64(): number {
    return this.#view.getFloat64(this.#step(8));
  }

  /** A whole number of any size, two's complement, the least significant byte first. */
  long(byteLength: number): number | bigint {
    const bytes = this.bytes(byteLength);
    if (bytes.byteLength > 1024)
      throw this.refused(`has a whole number of ${bytes.byteLength} bytes`);
    let digits = "";
    for (const byte of bytes) digits = byte.toString(16).padStart(2, "0") + digits;
    const signed = BigInt.asIntN(8 * bytes.byteLength, BigInt(`0x0${digits}`));
    const number = Number(signed);
    return Number.isSafeInteger(number) ? number : signed;
  }

  bytes(byteLength: number): Uint8Array {
    const at = this.#step(byteLength);
    return this.#bytes.subarray(at, at + byteLength);
  }

  text(byteLength: number): string {
    const bytes = this.bytes(byteLength);
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw this.refused("has a text that is not UTF-8");
    }
  }

  /** Up to the end of the line. */
  line(): string {
    const end = this.#bytes.indexOf(10, this.#at);
    if (end < 0) throw this.refused("ends inside a name");
    const text = this.text(end - this.#at);
    this.#at = end + 1;
    return text;
  }

  refused(problem: string): FormatError {
    return new FormatError(
      this.op,
      `the PyTorch file cannot be read: its pickle ${problem}, at byte ${this.#at}.`,
    );
  }

  #step(byteLength: number): number {
    const at = this.#at;
    if (byteLength > this.#bytes.byteLength - at) throw this.refused("is truncated");
    this.#at = at + byteLength;
    return at;
  }
}
