export type { GenerativeModel } from "@dl/generator";
