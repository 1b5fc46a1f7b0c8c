export { openImageFolder } from "./image/open-image-folder.ts";
