// Tones told apart also by the colour-blind (after Okabe & Ito 2008), darker on white, lighter on black.
const onWhite = ["#0072b2", "#d55e00", "#b0518c", "#007a5a", "#8a6d00", "#4d4d4d", "#2a9fd6"];
const onBlack = ["#56b4e9", "#ff9248", "#e29ac6", "#2bc79a", "#f0e442", "#b8b8b8", "#8fd3ff"];

function tones(paper: string, ink: string, faint: string, colors: readonly string[]): string {
  return [
    `.paper{fill:${paper}}`,
    `text{fill:${ink}}`,
    `.grid{stroke:${faint}}`,
    `.level{stroke:${ink}}`,
    ...colors.flatMap((color, i) => [`path.c${i}{stroke:${color}}`, `circle.c${i}{fill:${color}}`]),
  ].join("");
}

/** What every plot looks like; follows the reader's choice of light or dark. */
export const style: string = [
  "text{font:12px system-ui,sans-serif}",
  ".title{font-size:15px;font-weight:600}",
  ".end{text-anchor:end}",
  ".middle{text-anchor:middle}",
  "path{fill:none;stroke-width:1.8;stroke-linejoin:round}",
  ".grid{stroke-width:.7}",
  ".level{stroke-width:.8;opacity:.3}",
  ".dashed{stroke-dasharray:5 4}",
  tones("#ffffff", "#24292f", "#d8dee4", onWhite),
  `@media(prefers-color-scheme:dark){${tones("#0d1117", "#e6edf3", "#30363d", onBlack)}}`,
].join("");
