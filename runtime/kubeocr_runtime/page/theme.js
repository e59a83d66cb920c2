// Light or dark: as the system is set, until the button says otherwise.

const KEPT = "kubeocr-theme";
const DARK = matchMedia("(prefers-color-scheme: dark)");

export function start(button) {
  apply(button, recalled() ?? (DARK.matches ? "dark" : "light"));
  DARK.addEventListener("change", () => recalled() ?? apply(button, DARK.matches ? "dark" : "light"));
  button.addEventListener("click", () => {
    const next = button.getAttribute("aria-pressed") === "true" ? "light" : "dark";
    apply(button, next);
    try {
      localStorage.setItem(KEPT, next);
    } catch {
      // a browser that keeps nothing: it is so until the page is closed
    }
  });
}

function apply(button, theme) {
  document.documentElement.dataset.theme = theme;
  button.setAttribute("aria-pressed", String(theme === "dark"));
}

function recalled() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}
