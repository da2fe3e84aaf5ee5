// The list of firms from the keyboard, and back to it as it was. Every page works without this.
(() => {
  "use strict";
  const list = document.querySelector("[data-list]");
  if (!list) return;
  const here = location.pathname + location.search;
  const rows = () => [...list.querySelectorAll(".rows tbody tr")];
  const link = (row) => row?.querySelector("th a");
  const typing = (element) => element.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");

  // Rows: j and k walk, x picks, c copies the name, e edits, Enter opens as any link does.
  const walk = (step) => {
    const all = rows();
    const place = all.indexOf(document.activeElement.closest?.("tr"));
    const next = all[Math.min(Math.max(place + step, 0), all.length - 1)];
    link(next)?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };
  const help = document.querySelector("[data-keys]");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
    const row = event.target.closest("tr");
    const inRows = row && list.contains(row);
    const act = {
      j: () => walk(1),
      k: () => walk(-1),
      ArrowDown: inRows ? () => walk(1) : null,
      ArrowUp: inRows ? () => walk(-1) : null,
      x: inRows ? () => row.querySelector(".pick input")?.click() : null,
      e: inRows ? () => (document.activeElement.closest("td")?.querySelector("[data-edit]") ?? row.querySelector("[data-edit]"))?.click() : null,
      c: inRows ? () => row.querySelector(".copy")?.click() : null,
      f: () => list.querySelector("#filter-q").focus(),
      n: () => list.querySelector(".chip.add").click(),
      "?": () => help?.showModal(),
    }[event.key];
    if (act) { event.preventDefault(); act(); }
  });
  const shower = list.querySelector("[data-show-keys]");
  shower.hidden = false;
  shower.addEventListener("click", () => help.showModal());

  // Picking: this page, or with one more tick all that the list finds.
  const bar = list.querySelector("[data-bulk]");
  const every = bar?.querySelector("[data-all-matching]");
  const head = list.querySelector("[data-pick-all]");
  const boxes = () => [...list.querySelectorAll("tbody .pick input")];
  const picked = () => {
    const count = boxes().filter((box) => box.checked).length;
    bar.hidden = count === 0 && !every?.checked;
    bar.querySelector("[data-count]").textContent = count;
    bar.querySelector("[data-some]").hidden = Boolean(every?.checked);
    head.checked = count > 0 && count === boxes().length;
    head.indeterminate = count > 0 && count < boxes().length;
  };
  if (bar) {
    let last = null;
    list.addEventListener("click", (event) => {
      const box = event.target.closest("tbody .pick input");
      if (!box) return;
      if (event.shiftKey && last) {
        const all = boxes();
        const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
        all.slice(from, to + 1).forEach((other) => { other.checked = box.checked; });
      }
      last = box;
    });
    document.addEventListener("change", (event) => {
      if (event.target === every && every.checked) boxes().forEach((box) => { box.checked = true; });
      if (event.target.closest?.(".pick") && every && !event.target.checked) every.checked = false;
      if (event.target === every || event.target.closest?.(".pick")) picked();
    });
    window.addEventListener("pageshow", picked);
    picked();
  }

  // The panel under the conditions opens on the spot; Escape puts it away and gives the focus back.
  const panel = document.getElementById("panel");
  let opener = null;
  document.addEventListener("htmx:beforeRequest", (event) => { if (event.target.matches("a") && !panel.contains(event.target)) opener = event.target; });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target !== panel) return;
    const fault = event.detail.requestConfig?.elt?.id;
    (fault && document.getElementById(fault) || panel.querySelector("select, input:not([type=hidden]), a"))?.focus();
  });
  const close = () => { panel.replaceChildren(); opener?.focus(); };
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && panel.contains(event.target)) close(); });
  panel.addEventListener("click", (event) => { if (event.target.closest("[data-close-panel]")) { event.preventDefault(); close(); } });

  // A cell changed on the spot: the focus goes into it and comes back; Escape puts back what was there.
  document.addEventListener("htmx:load", (event) => {
    const cell = event.detail.elt;
    if (!cell.matches?.(".rows td")) return;
    const first = cell.querySelector(".cell-form :is(select, textarea, input:not([type=hidden])), [data-edit]");
    first?.focus();
    first?.select?.();
  });
  list.addEventListener("keydown", (event) => {
    const form = event.target.closest(".cell-form");
    if (!form) return;
    if (event.key === "Escape") { event.stopPropagation(); form.querySelector("[data-cancel]").click(); }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey || event.target.matches("select"))) { event.preventDefault(); form.requestSubmit(); }
  });

  // Back from a firm: the same page, the same height, the same row.
  sessionStorage.setItem("list", here);
  list.addEventListener("click", (event) => {
    const row = event.target.closest("th a") && event.target.closest("tr");
    if (row) sessionStorage.setItem("list-row", JSON.stringify([here, row.id, window.scrollY]));
  });
  const [where, id, height] = JSON.parse(sessionStorage.getItem("list-row") ?? "[]");
  if (where === here) {
    window.scrollTo(0, height);
    link(document.getElementById(id))?.focus({ preventScroll: true });
    sessionStorage.removeItem("list-row");
  }
})();
