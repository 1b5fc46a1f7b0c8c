export { decodeImage } from "./image/decode-in-node.ts";
