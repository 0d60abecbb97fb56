// The small behaviours that every page shares. Pages work without them; they are nicer with them.
(() => {
  "use strict";

  // ── Questions before deeds: data-confirm="…" on a button, a form or an element of htmx ──────────────────────────
  const ask = (text) =>
    new Promise((answer) => {
      const dialog = document.getElementById("confirm");
      if (!dialog?.showModal) return answer(window.confirm(text));
      dialog.querySelector("#confirm-text").textContent = text;
      dialog.returnValue = "no";
      dialog.addEventListener("close", () => answer(dialog.returnValue === "yes"), { once: true });
      dialog.showModal();
      dialog.querySelector("[data-confirm-yes]").focus();
    });

  const questionOf = (form, submitter) => submitter?.dataset.confirm || form.dataset.confirm;

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const question = questionOf(form, event.submitter);
    if (!question || form.dataset.confirmed || isHtmx(form, event.submitter)) return once(event);
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(question).then((yes) => {
      if (!yes) return;
      form.dataset.confirmed = "yes";
      form.requestSubmit(event.submitter);
      delete form.dataset.confirmed;
    });
  }, true);

  const isHtmx = (...elements) => elements.some((one) => one?.matches?.("[hx-post],[hx-put],[hx-delete],[hx-get]"));

  document.addEventListener("htmx:confirm", (event) => {
    const element = event.detail.elt;
    const submitter = event.detail.triggeringEvent?.submitter;
    const question = submitter?.dataset?.confirm || element.dataset?.confirm;
    if (!question) return;
    event.preventDefault();
    ask(question).then((yes) => yes && event.detail.issueRequest(true));
  });

  // ── A form sent once: gloves tap twice ─────────────────────────────────────────────────────────────────────────
  const once = (event) => {
    const form = event.target;
    if (!("once" in form.dataset)) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    form.querySelectorAll("button").forEach((button) => button.classList.add("is-busy"));
  };
  window.addEventListener("pageshow", () =>
    document.querySelectorAll("form[data-sent]").forEach((form) => {
      delete form.dataset.sent;
      form.querySelectorAll("button").forEach((button) => button.classList.remove("is-busy"));
    }),
  );

  document.addEventListener("change", (event) => {
    const field = event.target.closest("[data-submit-on-change]");
    if (field) field.form.requestSubmit();
  });

  // An address holds the filters in force, and nothing empty.
  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.detail.elt.matches?.(".list-tools")) return;
    const sent = event.detail.parameters;
    Object.keys(sent).filter((name) => sent[name] === "").forEach((name) => delete sent[name]);
  });

  // ── Toasts ─────────────────────────────────────────────────────────────────────────────────────────────────────
  const ICON = { success: "circle-check", info: "info-circle", warning: "alert-triangle", error: "alert-circle" };
  const SECONDS = { success: 6, info: 8 };

  const toast = (tone, text) => {
    const box = document.getElementById("toasts");
    if (!box) return;
    const one = document.createElement("div");
    one.className = `toast-card tone-${tone}`;
    const sprite = document.querySelector("svg.icon use")?.getAttribute("href")?.split("#")[0];
    if (sprite) {
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      svg.setAttribute("class", "icon");
      svg.setAttribute("aria-hidden", "true");
      const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
      use.setAttribute("href", `${sprite}#${ICON[tone] || "info-circle"}`);
      svg.append(use);
      one.append(svg);
    }
    const words = document.createElement("div");
    words.className = "toast-text";
    words.textContent = text;
    const close = document.createElement("button");
    close.type = "button";
    close.className = "toast-close";
    close.setAttribute("aria-label", box.dataset.close);
    close.textContent = "×";
    close.addEventListener("click", () => one.remove());
    one.append(words, close);
    box.append(one);
    // What went wrong stays until it is read.
    if (SECONDS[tone]) setTimeout(() => one.remove(), SECONDS[tone] * 1000);
  };

  document.addEventListener("recinto:messages", (event) => {
    event.detail.messages.forEach(({ tone, text }) => toast(tone, text));
  });

  // ── Where the eye and the keyboard go after something was refused ──────────────────────────────────────────────
  const focusFirst = (root) => root.querySelector?.("[data-focus]")?.focus();

  document.addEventListener("DOMContentLoaded", () => {
    focusFirst(document);
    document.querySelectorAll(".messages .tone-success, .messages .tone-info").forEach((message) => {
      toast(message.classList.contains("tone-success") ? "success" : "info", message.textContent.trim());
      message.remove();
    });
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    focusFirst(event.detail.target);
  });

  document.addEventListener("htmx:sendError", () => toast("error", document.documentElement.lang.startsWith("es")
    ? "Sin conexión: no se envió nada. Intente de nuevo." : "No connection: nothing was sent. Try again."));
  document.addEventListener("htmx:responseError", (event) => {
    const spanish = document.documentElement.lang.startsWith("es");
    const status = event.detail.xhr.status;
    if (status === 403) toast("error", spanish ? "Su función no permite hacer esto." : "Your role does not allow this.");
    else if (status >= 500) toast("error", spanish ? "Algo falló de nuestro lado." : "Something failed on our side.");
  });

  // ── Rows: a tap anywhere on a row opens it ─────────────────────────────────────────────────────────────────────
  document.addEventListener("click", (event) => {
    const row = event.target.closest?.("tr");
    if (!row || event.target.closest("a,button,input,select,label,summary") || getSelection()?.toString()) return;
    row.querySelector("a.row-link")?.click();
  });

  // ── Copy ───────────────────────────────────────────────────────────────────────────────────────────────────────
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copy]");
    if (!button) return;
    const source = document.querySelector(button.dataset.copy);
    await navigator.clipboard?.writeText(source.value ?? source.textContent.trim());
    button.classList.add("is-copied");
    setTimeout(() => button.classList.remove("is-copied"), 1500);
  });
})();
