import { FormatError } from "@dl/backend";

const quote = 0x22;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * Walks over the fields of a CSV text one by one, without making anything of them.
 *
 * Source: RFC 4180, sections 2.1 to 2.7; besides CRLF a line may end in LF or CR alone, and blank
 * lines are passed over.
 */
export class CsvScanner {
  /** The field just met: where its characters are, its quotes left out. */
  start = 0;
  end = 0;
  /** Whether it holds doubled quotes. */
  hasDoubled = false;
  /** Whether the line ends behind it. */
  endsRow = false;
  /** Line of the text, from 1, on which it began. */
  line = 1;
  readonly #text: string;
  readonly #delimiter: number;
  readonly #op: string;
  #at = 0;
  #nextLine = 1;
  #startsRow = true;

  constructor(text: string, delimiter: string, op: string) {
    this.#text = text;
    this.#delimiter = delimiter.charCodeAt(0);
    this.#op = op;
  }

  /** Moves to the next field; false at the end of the text. */
  next(): boolean {
    if (this.#startsRow) while (this.#skipLineEnd());
    if (this.#startsRow && this.#at >= this.#text.length) return false;
    this.line = this.#nextLine;
    if (this.#text.charCodeAt(this.#at) === quote) this.#scanQuoted();
    else this.#scanBare();
    if (this.#text.charCodeAt(this.#at) === this.#delimiter) {
      this.#at++;
      this.endsRow = false;
    } else {
      this.#skipLineEnd();
      this.endsRow = true;
    }
    this.#startsRow = this.endsRow;
    return true;
  }

  /** The characters of the field just met. */
  value(): string {
    const characters = this.#text.slice(this.start, this.end);
    return this.hasDoubled ? characters.replaceAll('""', '"') : characters;
  }

  #scanBare(): void {
    this.start = this.#at;
    this.hasDoubled = false;
    for (; this.#at < this.#text.length; this.#at++) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === this.#delimiter || code === lineFeed || code === carriageReturn) break;
      if (code === quote)
        throw this.#malformed("a quote stands inside a field that does not begin with one");
    }
    this.end = this.#at;
  }

  #scanQuoted(): void {
    this.#at++;
    this.start = this.#at;
    this.hasDoubled = false;
    for (; ; this.#at++) {
      if (this.#at >= this.#text.length) throw this.#malformed("a quote is never closed");
      const code = this.#text.charCodeAt(this.#at);
      if (code === lineFeed) this.#nextLine++;
      if (code !== quote) continue;
      if (this.#text.charCodeAt(this.#at + 1) !== quote) break;
      this.hasDoubled = true;
      this.#at++;
    }
    this.end = this.#at++;
    const code = this.#text.charCodeAt(this.#at);
    if (
      this.#at < this.#text.length &&
      code !== this.#delimiter &&
      code !== lineFeed &&
      code !== carriageReturn
    )
      throw this.#malformed("something follows a closing quote");
  }

  #skipLineEnd(): boolean {
    const code = this.#text.charCodeAt(this.#at);
    if (code !== lineFeed && code !== carriageReturn) return false;
    const isPair = code === carriageReturn && this.#text.charCodeAt(this.#at + 1) === lineFeed;
    this.#at += isPair ? 2 : 1;
    this.#nextLine++;
    return true;
  }

  #malformed(problem: string): FormatError {
    return new FormatError(
      this.#op,
      `${problem}, on line ${this.line}. Put the field in quotes and double those within.`,
      { received: this.line },
    );
  }
}
