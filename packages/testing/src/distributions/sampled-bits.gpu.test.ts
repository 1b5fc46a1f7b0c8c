import type { Backend } from "@dl/backend";
import { reference } from "@dl/backend-reference";
import { webgpu } from "@dl/backend-webgpu";
import { afterAll, beforeAll, expect, it } from "vitest";
import { familyRecords } from "./records.ts";
import { sampledBits } from "./sampled-bits.ts";

let device: Backend;
const exact = reference();
beforeAll(async () => {
  device = await webgpu();
});
afterAll(async () => {
  await Promise.all([device.dispose(), exact.dispose()]);
});

const members = familyRecords.flatMap((record) =>
  record.members.map(
    (member) => [record.name, JSON.stringify(member.parameters), record, member] as const,
  ),
);

it.each(members)(
  "%s %s: the same bits as on the reference backend",
  async (_name, _parameters, record, member) => {
    expect(await sampledBits(record, member, device)).toEqual(
      await sampledBits(record, member, exact),
    );
  },
);
