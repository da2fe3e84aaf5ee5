// The editor of rule texts: numbers beside its lines, faults marked, a fault's link leads to its line. It works without.
(() => {
  "use strict";
  const area = document.querySelector(".editor textarea");
  const gutter = document.querySelector(".editor .gutter");
  if (!area || !gutter) return;
  const faults = new Set((area.dataset.lines || "").split(" "));

  const number = () => {
    const count = area.value.split("\n").length;
    if (gutter.childElementCount !== count) {
      gutter.replaceChildren(...Array.from({ length: count }, (_, index) => {
        const line = document.createElement("span");
        line.textContent = String(index + 1);
        if (faults.has(line.textContent)) line.className = "bad";
        return line;
      }));
    }
    gutter.scrollTop = area.scrollTop;
  };
  area.addEventListener("input", number);
  area.addEventListener("scroll", () => { gutter.scrollTop = area.scrollTop; });
  number();

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-line]");
    if (!link) return;
    event.preventDefault();
    const line = Number(link.dataset.line);
    const lines = area.value.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
    area.focus();
    area.setSelectionRange(start, start + (lines[line - 1] || "").length);
    const height = area.scrollHeight / lines.length;
    area.scrollTop = Math.max(0, (line - 6) * height);
    area.scrollIntoView({ block: "center" });
  });
})();
