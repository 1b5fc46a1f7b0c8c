/** One field of a protocol buffer message, encoded. */
export type Field = readonly number[] | Uint8Array;

const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** A message: its fields one after the other. Source: protobuf.dev/programming-guides/encoding. */
export function message(...fields: readonly Field[]): Uint8Array {
  const bytes = new Uint8Array(fields.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const field of fields) {
    bytes.set(field, offset);
    offset += field.length;
  }
  return bytes;
}

/** An int64 of at least 0. */
export function integerField(number: number, value: number): Field {
  return [...tag(number, wire.varint), ...varint(value)];
}

export function doubleField(number: number, value: number): Field {
  return message(tag(number, wire.fixed64), doubles([value]));
}

export function floatField(number: number, value: number): Field {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return message(tag(number, wire.fixed32), bytes);
}

/** A repeated double, packed. */
export function doublesField(number: number, values: readonly number[]): Field {
  return bytesField(number, doubles(values));
}

export function textField(number: number, text: string): Field {
  return bytesField(number, new TextEncoder().encode(text));
}

/** Bytes, or a message in a message. */
export function bytesField(number: number, bytes: Uint8Array): Field {
  return message(tag(number, wire.bytes), varint(bytes.length), bytes);
}

function tag(number: number, wireType: number): number[] {
  return varint(number * 8 + wireType);
}

/** Seven bits per byte, low ones first; numbers to 2⁵³, which shifts could not hold. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
  return bytes;
}

function doubles(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(8 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => view.setFloat64(8 * i, value, true));
  return bytes;
}
