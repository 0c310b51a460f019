/* words.js: the facts that a page carries, and how counts and names are written; for all pages. */

const data = JSON.parse(document.getElementById("data").textContent);

const grouped = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, ",");
const plural = (count, word) => `${grouped(count)} ${word}${count === 1 ? "" : "s"}`;

/* "encoding/json.(*encodeState).marshal" as "json.(*encodeState).marshal". */
function shortFunction(name) {
  const end = name.search(/[(\[]/);
  const head = end < 0 ? name : name.slice(0, end);
  return name.slice(head.lastIndexOf("/") + 1);
}
