import { FormatError } from "@dl/backend";

const quote = 0x22;
const backslash = 0x5c;
/** More sizes than a shape has; lists beyond are refused before they are gathered. */
const mostNumbers = 1024;

/**
 * The JSON of a header, read as what it may be and nothing else: objects by their keys, texts, lists of whole
 * numbers. So depth is bounded, a key that comes twice is seen, and nothing is made of what is not used: the
 * bytes are not even decoded before they are wanted.
 *
 * Source: RFC 8259.
 */
export class HeaderText {
  readonly #bytes: Uint8Array;
  readonly #op: string;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  #at = 0;

  constructor(bytes: Uint8Array, op: string) {
    this.#bytes = bytes;
    this.#op = op;
  }

  /** Calls `read` for each key, which must read the value. */
  object(read: (key: string) => void): void {
    const keys = new Set<string>();
    this.#take("{");
    if (this.#takes("}")) return;
    do {
      const key = this.string();
      if (keys.has(key))
        throw this.#refused(`has the key ${JSON.stringify(key.slice(0, 80))} twice`);
      keys.add(key);
      this.#take(":");
      read(key);
    } while (this.#takes(","));
    this.#take("}");
  }

  string(): string {
    this.#take('"');
    const bytes = this.#bytes;
    const start = this.#at;
    let end = start;
    let isPlain = true;
    for (; bytes[end] !== quote; end++) {
      const byte = bytes[end];
      if (byte === undefined) throw this.#refused("has a text without an end");
      if (byte < 0x20) throw this.#refused("has a text with a line break or another control");
      if (byte !== backslash) continue;
      isPlain = false;
      end++;
    }
    const text = this.#decoded(start, end);
    this.#at = end + 1;
    if (isPlain) return text;
    try {
      return JSON.parse(`"${text}"`) as string;
    } catch {
      throw this.#refused(`has a text that is none: ${JSON.stringify(text.slice(0, 80))}`);
    }
  }

  /** A list of whole numbers of at least 0. */
  numbers(): number[] {
    const numbers: number[] = [];
    this.#take("[");
    if (this.#takes("]")) return numbers;
    do {
      if (numbers.length === mostNumbers) throw this.#refused(`has a list of over ${mostNumbers}`);
      numbers.push(this.#number());
    } while (this.#takes(","));
    this.#take("]");
    return numbers;
  }

  /** Only spaces may follow. */
  end(): void {
    this.#skipSpace();
    if (this.#at < this.#bytes.byteLength) throw this.#refused("goes on after its end");
  }

  #number(): number {
    this.#skipSpace();
    const bytes = this.#bytes;
    const start = this.#at;
    let at = start;
    let number = 0;
    for (let digit = bytes[at]! - 48; digit >= 0 && digit <= 9; digit = bytes[++at]! - 48)
      number = number * 10 + digit;
    const isWhole = Number.isSafeInteger(number) && ![46, 69, 101].includes(bytes[at]!); // . E e
    if (at === start || !isWhole || (bytes[start] === 48 && at > start + 1))
      throw this.#refused("has a size that is no whole number");
    this.#at = at;
    return number;
  }

  #decoded(start: number, end: number): string {
    try {
      return this.#decoder.decode(this.#bytes.subarray(start, end));
    } catch {
      throw this.#refused("has a text that is not UTF-8");
    }
  }

  #skipSpace(): void {
    const bytes = this.#bytes;
    let at = this.#at;
    for (let byte = bytes[at]; byte === 32 || byte === 10 || byte === 13 || byte === 9;)
      byte = bytes[++at];
    this.#at = at;
  }

  #takes(letter: string): boolean {
    this.#skipSpace();
    if (this.#bytes[this.#at] !== letter.charCodeAt(0)) return false;
    this.#at++;
    return true;
  }

  #take(letter: string): void {
    if (!this.#takes(letter)) throw this.#refused(`needs ${letter}`);
  }

  #refused(problem: string): FormatError {
    const found = new TextDecoder().decode(this.#bytes.subarray(this.#at, this.#at + 20));
    return new FormatError(
      this.#op,
      `the safetensors file is malformed: its header ${problem}, at byte ${this.#at} before ${JSON.stringify(found)}. Fetch it again.`,
      { received: found },
    );
  }
}
