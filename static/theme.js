// Runs before the first paint: the theme someone chose here, else that of their system.
(() => {
  "use strict";
  const KEY = "recinto-theme";
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  };
  const apply = () => {
    const theme = chosen() || (system.matches ? "dark" : "light");
    document.documentElement.setAttribute("data-bs-theme", theme);
    document.dispatchEvent(new CustomEvent("recinto:theme", { detail: theme }));
  };
  apply();
  system.addEventListener("change", apply);
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-switch]")) return;
    const dark = document.documentElement.getAttribute("data-bs-theme") === "dark";
    try {
      localStorage.setItem(KEY, dark ? "light" : "dark");
    } catch {
      // A browser that keeps nothing still switches for this page.
    }
    document.documentElement.setAttribute("data-bs-theme", dark ? "light" : "dark");
    document.dispatchEvent(new CustomEvent("recinto:theme", { detail: dark ? "light" : "dark" }));
  });
})();
