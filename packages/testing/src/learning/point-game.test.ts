import { cpu } from "@dl/backend-cpu";
import { testPointGame } from "./test-point-game.ts";

testPointGame(() => cpu(), { interruptions: 50 });
