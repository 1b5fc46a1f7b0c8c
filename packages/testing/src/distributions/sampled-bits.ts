import type { Backend } from "@dl/backend";
import { Generator } from "@dl/tensor";
import { distributionOf, type FamilyRecord, type Member } from "./record.ts";

/** Numbers of float32 as hexadecimal words, drawn on a backend at a fixed seed. */
export async function sampledBits(
  record: FamilyRecord,
  member: Member,
  backend: Backend,
): Promise<string[]> {
  const distribution = distributionOf(record, member, { dtype: "float32", backend });
  const data = await distribution.sample([300], { generator: new Generator(2 ** 40 + 5) }).data();
  const words = new Uint32Array(data.buffer, data.byteOffset, data.length);
  return Array.from(words, (word) => word.toString(16).padStart(8, "0"));
}
