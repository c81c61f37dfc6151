/** A page's own colour, made readable. */

const CONTRAST = 4.6; // WCAG AA asks for 4.5
const PAPERS = { light: [0.984, 0.973, 0.945], dark: [0.102, 0.09, 0.078] };

/**
 * The rules for an accent: text on it is black or white, and where it is itself the colour of text or a line it is
 * darkened or lightened until it contrasts with the paper.
 *
 * @param {number[]} accent sRGB, each in [0, 1].
 */
export function accentRules(accent) {
  const onAccent = contrast(accent, [1, 1, 1]) >= contrast(accent, [0, 0, 0]) ? "#fff" : "#000";
  const dark = `--accent-ink: ${css(readable(accent, PAPERS.dark, 1))};`;
  return `.root { --accent: ${css(accent)} !important; --on-accent: ${onAccent} !important;
    --accent-ink: ${css(readable(accent, PAPERS.light, 0))}; }
    @media (prefers-color-scheme: dark) { .root[data-theme="auto"] { ${dark} } }
    .root[data-theme="dark"] { ${dark} }`;
}

/**
 * @param {number[]} colour
 * @param {number[]} paper
 * @param {0 | 1} end Towards black or towards white.
 */
function readable(colour, paper, end) {
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = colour.map((channel) => channel + (end - channel) * share);
    if (contrast(mixed, paper) >= CONTRAST) {
      return mixed;
    }
  }
  return [end, end, end];
}

/**
 * WCAG's contrast ratio.
 *
 * @param {number[]} a
 * @param {number[]} b
 */
function contrast(a, b) {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

function luminance(/** @type {number[]} */ colour) {
  const [red = 0, green = 0, blue = 0] = colour.map((channel) =>
    channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function css(/** @type {number[]} */ colour) {
  return `rgb(${colour.map((channel) => Math.round(channel * 255)).join(" ")})`;
}

/**
 * The sRGB channels of a computed colour; null if it is not opaque.
 *
 * @param {string} computed `rgb(…)` in 255ths, or `color(srgb …)`.
 */
export function channels(computed) {
  const numbers = (computed.match(/-?[\d.]+(e-?\d+)?/g) ?? []).map(Number);
  const scale = computed.startsWith("rgb") ? 255 : 1;
  if (numbers.length < 3 || (numbers[3] ?? 1) < 1) {
    return null;
  }
  return numbers.slice(0, 3).map((channel) => Math.min(Math.max(channel / scale, 0), 1));
}
