import { cpu } from "@dl/backend-cpu";
import { proceduralDigits } from "@dl/data";
