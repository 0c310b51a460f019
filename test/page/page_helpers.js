/* page_helpers.js: what the browser test asks the page, from inside. Evaluates to an object. */
(() => {
  const visible = (element) => element.checkVisibility && element.checkVisibility();

  /* "rgb(1, 2, 3)", "rgba(…)" or "color(srgb …)" as [red, green, blue, alpha], 0 to 255 and 0 to 1. */
  function channels(colour) {
    const numbers = colour.match(/[\d.]+/g).map(Number);
    const scale = colour.startsWith("color(") ? 255 : 1;
    return [...numbers.slice(0, 3).map((number) => number * scale), numbers[3] ?? 1];
  }

  const over = ([r, g, b, a], under) =>
    [r, g, b].map((value, i) => value * a + under[i] * (1 - a)).concat(1);

  /* WCAG 2.2, relative luminance and contrast ratio. */
  function luminance([r, g, b]) {
    const part = (value) => {
      const c = value / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    };
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  }
  function contrast(a, b) {
    const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (light + 0.05) / (dark + 0.05);
  }

  /* What stands behind an element: the nearest grounds, mixed as far as they are transparent. */
  function ground(element) {
    const chain = [];
    for (let at = element; at; at = at.parentElement) chain.unshift(at);
    return chain.reduce((colour, at) => over(channels(getComputedStyle(at).backgroundColor), colour),
      [255, 255, 255, 1]);
  }

  /* Text in a picture stands on the shape before it; bars of a flame graph may be two-coloured. */
  function pictureGrounds(text) {
    const shapes = [...text.parentElement.querySelectorAll("rect")];
    const colours = shapes.map((shape) => channels(getComputedStyle(shape).fill));
    return colours.length ? colours : [ground(text.closest("div"))];
  }

  function lowContrast() {
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      if (!walker.currentNode.data.trim() || !visible(element)) continue;
      if (element.closest("script, style, title, noscript, option, :disabled")) continue;
      const style = getComputedStyle(element);
      const picture = element.closest("svg");
      const colour = channels(picture ? style.fill : style.color);
      const grounds = picture ? pictureGrounds(element) : [ground(element)];
      const size = parseFloat(style.fontSize), bold = Number(style.fontWeight) >= 700;
      const least = size >= 24 || (bold && size >= 18.66) ? 3 : 4.5;
      for (const behind of grounds) {
        const ratio = contrast(over(colour, behind), behind);
        if (ratio < least)
          found.push(`${walker.currentNode.data.trim().slice(0, 30)}: ${ratio.toFixed(2)}`);
      }
    }
    return [...new Set(found)];
  }

  /* Text of pictures that leaves its card or frame. */
  function spilling() {
    const found = [];
    for (const text of document.querySelectorAll("svg text")) {
      const shape = text.parentElement.querySelector("rect");
      const inner = text.getBBox(), outer = shape.getBBox();
      if (inner.x < outer.x - 1 || inner.x + inner.width > outer.x + outer.width + 1 ||
          inner.y < outer.y - 1 || inner.y + inner.height > outer.y + outer.height + 1)
        found.push(text.textContent);
    }
    return found;
  }

  /* Cards that lie over one another. */
  function overlapping() {
    const boxes = [...document.querySelectorAll(".flow .card")].map((card) => card.getBBox());
    const found = [];
    boxes.forEach((a, i) => boxes.slice(i + 1).forEach((b) => {
      if (a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height)
        found.push([a.x, a.y, b.x, b.y].join(" "));
    }));
    return found;
  }

  const text = (selector) => document.querySelector(selector)?.textContent ?? null;
  const count = (selector) => document.querySelectorAll(selector).length;
  const selected = () => document.querySelector("#ranking [aria-selected=true]")?.id ?? null;
  const sideways = () => document.documentElement.scrollWidth - window.innerWidth;
  const box = (selector) => {
    const element = document.querySelector(selector);
    element.scrollIntoView({ block: "start" });
    const { x, y, width, height } = element.getBoundingClientRect();
    return { x: x + scrollX, y: y + scrollY, width, height };
  };
  window.test = { lowContrast, spilling, overlapping, text, count, selected, sideways, box };
})()
