import { webgpu } from "@dl/backend-webgpu";
import { testPointGame } from "./test-point-game.ts";

testPointGame(() => webgpu(), { interruptions: 8 });
