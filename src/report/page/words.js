/* words.js: the facts that a page carries, and how counts and names are written; for all pages. */

/* Marks that turn the direction of writing are shown as such: no name of Go's has them, and text after
   them would be read backwards. */
const data = JSON.parse(document.getElementById("data").textContent
  .replace(/[\u202a-\u202e\u2066-\u2069]/g, "\ufffd"));

const grouped = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, ",");
const plural = (count, word) => `${grouped(count)} ${word}${count === 1 ? "" : "s"}`;

/* As printf and Go write it: what lies in the middle, as 379.125 does, gets an even last digit, where
   toFixed() takes the larger. Only odd multiples of 2^-(digits + 1) lie there. */
function fixed(number, digits) {
  const text = number.toFixed(digits), odd = "13579".includes(text[text.length - 1]);
  if (!odd || Math.abs(number) * 2 ** (digits + 1) % 2 !== 1) return text;
  return (number - Math.sign(number) * 10 ** -(digits + 1)).toFixed(digits);
}

/* "encoding/json.(*encodeState).marshal" as "json.(*encodeState).marshal"; a place may follow, and an
   address stand before, which goes. */
function shortFunction(name) {
  const plain = name.replace(/^[0-9a-f]{16} (?=.)/, "");
  const end = plain.search(/[(\[ ]/);
  const head = end < 0 ? plain : plain.slice(0, end);
  return plain.slice(head.lastIndexOf("/") + 1);
}

/* Marks take no room of their own, signs of the east and pictures that of two letters. */
function columnsOf(sign) {
  const point = sign.codePointAt(0);
  if (point < 0x300) return 1;
  return /[\p{M}\p{Cf}]/u.test(sign) ? 0 : point >= 0x1100 ? 2 : 1;
}

/* `text` in at most so many columns, never cut within a sign; an ellipsis says that it is cut. */
function fitText(text, columns) {
  let used = 0, end = 0, kept = 0;
  for (const sign of text) {
    used += columnsOf(sign);
    if (used > columns) return text.slice(0, kept) + "…";
    end += sign.length;
    if (used < columns) kept = end;
  }
  return text;
}
