/* draw.js: making elements. Everything foreign goes in as text or as an attribute's value, never as
   markup; colours go in through the style object, which the content security policy allows. */

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "onclick") node.addEventListener("click", value);
    else if (name === "colour") node.style.background = value;
    else if (name === "paint") node.style.fill = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat(Infinity))
    if (child !== null && child !== undefined && child !== false) node.append(child);
  return node;
}

const make = (tag, attributes, ...children) =>
  fill(document.createElement(tag), attributes, children);
const draw = (tag, attributes, ...children) =>
  fill(document.createElementNS(SVG, tag), attributes, children);
const byId = (id) => document.getElementById(id);

/* A part of the page that has nothing to show, and the link to it. */
function hide(section) {
  byId(section).hidden = true;
  byId(`${section}-link`).hidden = true;
}

/* The rank of a cause on its colour; a button that selects it, unless it stands inside one. */
function chip(index, asText = false) {
  const cause = data.causes[index];
  const label = cause ? cause.id.slice(1) : "·";
  const attributes = { class: "chip", colour: colourOf(cause ? index : -1) };
  if (!cause || asText) return make("span", attributes, label);
  return make("button", {
    ...attributes, type: "button", title: `Cause ${label}: ${cause.text}`,
    onclick: () => select(index, true),
  }, label);
}

/* A place; a link into the source view when the page has that line. */
function placeLink(place, text = placeText(place)) {
  if (!place.file) return make("span", { class: "muted" }, "no source");
  const file = files.get(place.file);
  if (!file || !file.lines.has(place.line)) return make("span", { title: placeText(place) }, text);
  return make("a", {
    href: "#source", title: placeText(place),
    onclick: (event) => { event.preventDefault(); showSource(place.file, place.line, true); },
  }, text);
}

/* ---- text in pixels ---- */

const ruler = document.createElement("canvas").getContext("2d");

function textWidth(text, font) {
  ruler.font = font;
  return ruler.measureText(text).width;
}

/* Where a line ends that must end before `end`: at a blank, else after a sign of Go's names. */
function breakBefore(text, end) {
  const blank = text.lastIndexOf(" ", end);
  if (blank > 0) return blank;
  for (let at = end; at > end / 2; at--)
    if ("/.,:()[]{}".includes(text[at - 1])) return at;
  return end;
}

/* `text` in at most `max` lines of `width` pixels; the last ends in an ellipsis when cut. */
function wrapText(text, font, width, max) {
  const lines = [];
  let rest = text.replace(/\s+/g, " ").trim();
  while (rest && lines.length < max) {
    let end = rest.length;
    while (end > 1 && textWidth(rest.slice(0, end), font) > width) end--;
    if (end < rest.length && rest[end] !== " ") end = breakBefore(rest, end);
    lines.push(rest.slice(0, end).trim());
    rest = rest.slice(end).trim();
  }
  if (rest && lines.length) {
    let last = lines[max - 1];
    while (last && textWidth(last + "…", font) > width) last = last.slice(0, -1);
    lines[max - 1] = last + "…";
  }
  return lines;
}
