import type { Histogram } from "../inspect/histogram.ts";
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

/**
 * A TFRecord: length, its checksum, data, its checksum; all little-endian.
 *
 * Source: tensorflow/core/lib/io/record_writer.h.
 */
export function record(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8 + 4 + data.length + 4);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(bytes.subarray(0, 8)), true);
  bytes.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(data), true);
  return bytes;
}

/** What an event file begins with. Field numbers here and below: tensorflow/core/util/event.proto. */
export function versionEvent(seconds: number): Uint8Array {
  return message(doubleField(1, seconds), textField(3, "brain.Event:2"));
}

/** Values of one step; `seconds` since 1970. */
export function summaryEvent(seconds: number, step: number, values: readonly Field[]): Uint8Array {
  return message(doubleField(1, seconds), integerField(2, step), bytesField(5, message(...values)));
}

/** Source: Summary.Value in tensorflow/core/framework/summary.proto. */
export function scalarValue(name: string, value: number): Field {
  return bytesField(1, message(textField(1, name), floatField(2, value)));
}

/** Source: HistogramProto in tensorflow/core/framework/histogram.proto. */
export function histogramValue(name: string, histogram: Histogram): Field {
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
