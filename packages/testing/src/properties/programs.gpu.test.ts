import { webgpu } from "@dl/backend-webgpu";
import { afterAll } from "vitest";
import { testPrograms } from "./test-programs.ts";

const backend = await webgpu();
// Dawn keeps the process alive while a device lives.
afterAll(() => backend.dispose());

testPrograms("webgpu", backend);
