// The search of the top bar: what is found is a list box; the cursor stays in the field while arrows walk the list.
(() => {
  "use strict";
  const box = document.querySelector(".bar .search");
  if (!box) return;
  const input = box.querySelector("input");
  const place = box.querySelector(".hits");
  const said = box.querySelector("[role=status]");
  const options = () => [...place.querySelectorAll("[role=option]")];
  let chosen = -1;

  const choose = (index) => {
    options().forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    const option = options()[index];
    chosen = option ? index : -1;
    if (option) { input.setAttribute("aria-activedescendant", option.id); option.scrollIntoView({ block: "nearest" }); }
    else input.removeAttribute("aria-activedescendant");
  };
  const tell = (open) => input.setAttribute("aria-expanded", String(open && options().length > 0));
  const putAway = () => { place.replaceChildren(); said.textContent = ""; choose(-1); tell(false); };

  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // the keys belong to the input method
    const count = options().length;
    if (event.key === "Escape") {
      if (place.childElementCount) putAway(); else input.blur();
      event.preventDefault();
    } else if (count && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      // One step before the first and after the last stands the field itself.
      const step = event.key === "ArrowDown" ? 1 : -1;
      choose(((chosen + 1 + step + count + 1) % (count + 1)) - 1);
    } else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      options()[chosen].click();
    }
  });
  input.addEventListener("focus", () => tell(true));
  input.addEventListener("blur", () => tell(false));

  // An answer to what no longer stands in the field is dropped.
  place.addEventListener("htmx:beforeSwap", (event) => {
    const asked = new URL(event.detail.xhr.responseURL).searchParams.get("q");
    if (asked !== input.value || document.activeElement !== input) event.detail.shouldSwap = false;
  });
  place.addEventListener("htmx:afterSwap", () => {
    said.textContent = place.querySelector("[data-said]")?.dataset.said ?? "";
    choose(-1);
    tell(true);
  });
})();
