// Small comforts; every page works without them.
(() => {
  "use strict";
  const typing = (element) => element.closest("input, textarea, select, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !typing(event.target)) {
      const search = document.querySelector("#search");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    }
    if (event.key === "Escape") {
      document.querySelectorAll("details.menu[open]").forEach((menu) => menu.removeAttribute("open"));
      document.querySelector(".side.open")?.classList.remove("open");
    }
  });

  document.addEventListener("click", async (event) => {
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      try { await navigator.clipboard.writeText(copy.dataset.copy); copy.classList.add("done"); } catch { /* no clipboard: nothing to do */ }
    }
    if (event.target.closest("[data-toggle-side]")) {
      const side = document.querySelector(".side");
      const open = side.classList.toggle("open");
      event.target.closest("[data-toggle-side]").setAttribute("aria-expanded", String(open));
    } else if (!event.target.closest(".side")) {
      document.querySelector(".side.open")?.classList.remove("open");
    }
    document.querySelectorAll("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.removeAttribute("open"); });
  });

  // A form is sent once: the button rests until the answer is there, and wakes when Back brings the page again.
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.method !== "post" || event.target.dataset.again !== undefined) return;
    event.target.dataset.sent = "1";
    setTimeout(() => event.target.querySelectorAll("button:not([type=button])").forEach((button) => { button.disabled = true; }), 0);
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => {
      delete form.dataset.sent;
      form.querySelectorAll("button").forEach((button) => { button.disabled = false; });
    });
  });

  // Leaving a form with something typed and not sent asks first.
  const changed = new Set();
  document.addEventListener("input", (event) => { if (event.target.form?.dataset.guard !== undefined) changed.add(event.target.form); });
  window.addEventListener("beforeunload", (event) => {
    if ([...changed].some((form) => form.isConnected && !form.dataset.sent)) event.preventDefault();
  });

  // Rows picked for bulk work.
  const recount = (table) => {
    const picked = table.querySelectorAll("tbody .pick input:checked").length;
    const bar = document.querySelector("[data-bulk]");
    if (!bar) return;
    bar.hidden = picked === 0;
    bar.querySelectorAll("[data-count]").forEach((place) => { place.textContent = picked; });
  };
  document.addEventListener("change", (event) => {
    const table = event.target.closest("table");
    if (table && event.target.closest(".pick")) {
      if (event.target.matches("[data-pick-all]")) {
        table.querySelectorAll("tbody .pick input").forEach((box) => { box.checked = event.target.checked; });
      }
      recount(table);
    }
    const drop = event.target.closest(".drop");
    if (drop && event.target.files?.length) drop.querySelector("[data-name]").textContent = event.target.files[0].name;
    if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
  });

  // Up from a firm leads to the list it was opened from, as it was.
  const list = sessionStorage.getItem("list");
  if (list?.startsWith("/firms")) document.querySelectorAll("a[data-to-list]").forEach((link) => { link.href = list; });

  document.querySelector("[data-focus]")?.focus();
})();
