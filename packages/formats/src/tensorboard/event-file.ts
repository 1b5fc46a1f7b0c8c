import { maskedCrc32c } from "./crc32c.ts";
import {
  bytesField,
  doubleField,
  doublesField,
  floatField,
  integerField,
  message,
  textField,
  type Field,
} from "./protobuf.ts";

/** A histogram as TensorBoard shows it: counts in equal steps from the least to the greatest number. */
export interface EventHistogram {
  readonly min: number;
  readonly max: number;
  /** Of the finite numbers. */
  readonly mean: number;
  readonly variance: number;
  /** All numbers, those that are not finite included. */
  readonly elementCount: number;
  readonly nonFinite: number;
  readonly counts: readonly number[];
}

/**
 * A TFRecord: length, its checksum, data, its checksum; all little-endian. An event file is one after another.
 *
 * Source: tensorflow/core/lib/io/record_writer.h.
 *
 * @example
 * eventRecord(versionEvent(0)).byteLength; // => 40
 */
export function eventRecord(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8 + 4 + data.length + 4);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(bytes.subarray(0, 8)), true);
  bytes.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(data), true);
  return bytes;
}

/**
 * What an event file begins with; `seconds` since 1970.
 *
 * Source: field numbers here and below are of tensorflow/core/util/event.proto.
 *
 * @example
 * versionEvent(0).byteLength; // => 24
 */
export function versionEvent(seconds: number): Uint8Array {
  return message(doubleField(1, seconds), textField(3, "brain.Event:2"));
}

/**
 * Values of one step; `seconds` since 1970.
 *
 * @example
 * summaryEvent(0, 1, [scalarValue("loss", 0.5)]).byteLength; // => 26
 */
export function summaryEvent(seconds: number, step: number, values: readonly Field[]): Uint8Array {
  return message(doubleField(1, seconds), integerField(2, step), bytesField(5, message(...values)));
}

/**
 * A number under a name.
 *
 * Source: Summary.Value in tensorflow/core/framework/summary.proto.
 *
 * @example
 * scalarValue("loss", 0.5).length; // => 13
 */
export function scalarValue(name: string, value: number): Field {
  return bytesField(1, message(textField(1, name), floatField(2, value)));
}

/**
 * A histogram under a name.
 *
 * Source: HistogramProto in tensorflow/core/framework/histogram.proto.
 *
 * @example
 * const counts = { min: 0, max: 1, mean: 0.5, variance: 0.25, elementCount: 2, nonFinite: 0, counts: [1, 1] };
 * histogramValue("weight", counts).length; // => 93
 */
export function histogramValue(name: string, histogram: EventHistogram): Field {
  const { min, max, mean, variance, counts, elementCount, nonFinite } = histogram;
  const finite = elementCount - nonFinite;
  const width = (max - min) / counts.length;
  const proto = message(
    doubleField(1, min),
    doubleField(2, max),
    doubleField(3, finite),
    doubleField(4, mean * finite),
    doubleField(5, (variance + mean ** 2) * finite),
    doublesField(
      6,
      counts.map((_, bin) => (bin + 1 === counts.length ? max : min + (bin + 1) * width)),
    ),
    doublesField(7, counts),
  );
  return bytesField(1, message(textField(1, name), bytesField(5, proto)));
}
