import { FormatError } from "@dl/backend";

/**
 * The JSON of a header, read as what it may be and nothing else: objects by their keys, texts, lists of whole
 * numbers. So depth is bounded, a key that comes twice is seen, and nothing is made of what is not used.
 *
 * Source: RFC 8259.
 */
export class HeaderText {
  readonly #text: string;
  readonly #op: string;
  #at = 0;

  /** @throws {FormatError} if the bytes are not UTF-8. */
  constructor(bytes: Uint8Array, op: string) {
    this.#op = op;
    try {
      this.#text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw this.#refused("is not UTF-8 text");
    }
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
    const start = this.#at;
    let end = this.#text.indexOf('"', start);
    // A quote after an odd number of backslashes belongs to the text.
    while (end >= 0 && this.#isEscaped(end, start)) end = this.#text.indexOf('"', end + 1);
    if (end < 0) throw this.#refused("has a text without an end");
    this.#at = end + 1;
    const text = this.#text.slice(start, end);
    // oxlint-disable-next-line no-control-regex
    if (!/[\\\u0000-\u001f]/.test(text)) return text;
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
      this.#skipSpace();
      const [digits] =
        /^(?:0|[1-9]\d{0,15})(?![\d.eE])/.exec(this.#text.slice(this.#at, this.#at + 18)) ?? [];
      const number = Number(digits);
      if (!Number.isSafeInteger(number)) throw this.#refused("has a size that is no whole number");
      this.#at += digits!.length;
      numbers.push(number);
    } while (this.#takes(","));
    this.#take("]");
    return numbers;
  }

  /** Only spaces may follow. */
  end(): void {
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#refused("goes on after its end");
  }

  #isEscaped(quote: number, start: number): boolean {
    let at = quote;
    while (at > start && this.#text[at - 1] === "\\") at--;
    return (quote - at) % 2 === 1;
  }

  #skipSpace(): void {
    while (" \t\n\r".includes(this.#text[this.#at] ?? "x")) this.#at++;
  }

  #takes(letter: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] !== letter) return false;
    this.#at++;
    return true;
  }

  #take(letter: string): void {
    if (!this.#takes(letter)) throw this.#refused(`needs ${letter}`);
  }

  #refused(problem: string): FormatError {
    const found = this.#text?.slice(this.#at, this.#at + 20) ?? "";
    return new FormatError(
      this.#op,
      `the safetensors file is malformed: its header ${problem}, at position ${this.#at} before ${JSON.stringify(found)}. Fetch it again.`,
      { received: found },
    );
  }
}
