// Hardware scanners type like a keyboard, only faster, and end with Enter or Tab. Wherever the focus is, a scan lands in the
// scan field of the page. How it went comes back as the event recinto:scanned (see inventory/web/scan.py).
(() => {
  "use strict";
  const FASTEST_TYPIST_MS = 45;
  const SHORTEST = 4;
  const ENDS = new Set(["Enter", "Tab"]);
  // AIM prefixes (]C1, ]d2, ]Q3) are left to the server; a configured start mark is not part of the code.
  const START_MARKS = new Set(["\u0002"]);

  let typed = "";
  let last = 0;

  const field = () => document.querySelector("input[data-scan]:not([data-scan=search])");
  const isText = (element) =>
    element?.matches?.("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=button], [type=submit])");

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isText(event.target)) return;
    // When the key was struck, not when the page got round to it: a busy page loses no scan.
    if (event.timeStamp - last > FASTEST_TYPIST_MS) typed = "";
    last = event.timeStamp;
    if (ENDS.has(event.key)) {
      const target = field();
      if (typed.length >= SHORTEST && target) {
        event.preventDefault();
        target.value = typed;
        target.focus();
        target.form?.requestSubmit();
      }
      typed = "";
    } else if (event.key.length === 1 && !START_MARKS.has(event.key)) {
      typed += event.key;
    }
  });

  // Tab as a suffix would only move the focus: in the scan field it means "send".
  document.addEventListener("keydown", (event) => {
    const target = event.target;
    if (event.key !== "Tab" || event.shiftKey || !target.matches?.("input[data-scan]") || !target.value) return;
    if (event.timeStamp - Number(target.dataset.lastInput || 0) > FASTEST_TYPIST_MS) return;
    event.preventDefault();
    target.form?.requestSubmit();
  });
  document.addEventListener("input", (event) => {
    if (event.target.matches?.("input[data-scan]")) event.target.dataset.lastInput = event.timeStamp;
  });

  let sound;
  const beep = (ok) => {
    try {
      sound ??= new AudioContext();
      const tone = sound.createOscillator();
      const volume = sound.createGain();
      tone.frequency.value = ok ? 1320 : 220;
      tone.type = ok ? "sine" : "square";
      volume.gain.value = 0.08;
      tone.connect(volume).connect(sound.destination);
      tone.start();
      tone.stop(sound.currentTime + (ok ? 0.09 : 0.35));
    } catch {
      // A tablet without sound still shows the colour.
    }
    if (!ok) navigator.vibrate?.(200);
  };

  document.addEventListener("recinto:scanned", (event) => {
    const { ok, text } = event.detail;
    beep(ok);
    const target = field();
    const result = document.querySelector("[data-scan-result]");
    if (result) {
      result.textContent = text;
      result.classList.toggle("is-wrong", !ok);
      result.classList.toggle("is-right", ok);
    }
    const form = target?.closest("form");
    form?.classList.remove("flash-right", "flash-wrong");
    requestAnimationFrame(() => form?.classList.add(ok ? "flash-right" : "flash-wrong"));
    if (!target) return;
    if (ok) target.value = "";
    target.toggleAttribute("aria-invalid", !ok);
    target.focus();
    target.select();
  });

  document.addEventListener("DOMContentLoaded", () => {
    const target = field();
    // On a phone the focus would open the keyboard over half the page, so only where a keyboard or scanner types.
    if (target && !document.querySelector("[data-focus]") && matchMedia("(min-width: 600px)").matches) target.focus();
  });
})();
