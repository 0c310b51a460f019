/* theme.js: light and dark, and pictures that follow the window's width; for all pages. */

const THEMES = { auto: "Auto", light: "Light", dark: "Dark" };

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  byId("theme").textContent = `Theme: ${THEMES[theme]}`;
}

function keptTheme() {
  try {
    return localStorage.getItem("unheap-theme");
  } catch {
    return null; /* storage may be switched off */
  }
}

function startTheme() {
  const kept = keptTheme();
  setTheme(THEMES[kept] ? kept : "auto");
  byId("theme").addEventListener("click", () => {
    const names = Object.keys(THEMES);
    const next = names[(names.indexOf(document.documentElement.dataset.theme) + 1) % names.length];
    setTheme(next);
    try {
      localStorage.setItem("unheap-theme", next);
    } catch { /* then it lasts as long as the page */ }
  });
}

/* A picture is laid out for the width it has. */
function watchWidth(box, redraw) {
  let width = box.clientWidth, timer;
  new ResizeObserver(() => {
    if (box.clientWidth === width) return;
    width = box.clientWidth;
    clearTimeout(timer);
    timer = setTimeout(redraw, 100);
  }).observe(box);
}
