export { decodeImage } from "./image/decode-in-node.ts";
export { openImageFolder } from "./image/open-image-folder.ts";
