// How many texts a message makes: 160 characters of the GSM alphabet, 70 of any other; fewer when it takes several.
import { say } from "./words.js";
const BASIC = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENDED = "^{}\\[~]|€";

export function parts(text) {
  const characters = [...text];
  const isBasic = characters.every((character) => BASIC.includes(character) || EXTENDED.includes(character));
  const units = isBasic ? characters.reduce((sum, character) => sum + (EXTENDED.includes(character) ? 2 : 1), 0) : text.length;
  const [alone, joined] = isBasic ? [160, 153] : [70, 67];
  return units <= alone ? 1 : Math.ceil(units / joined);
}

export function count(text) {
  const length = [...text].length;
  const number = parts(text);
  return `${say(length === 1 ? "character" : "characters", { number: length })}, ${say(number === 1 ? "part" : "parts", { number })}`;
}
