// Activities: only the fields of the chosen kind, and pupils found by name. Without it everything is there and works.
document.addEventListener("DOMContentLoaded", () => {
  kinds();
  for (const chooser of document.querySelectorAll("[data-chooser]")) choose(chooser);
});

// A field that is not for the chosen kind is hidden, unless it holds something or has an error to show.
function kinds() {
  const radios = [...document.querySelectorAll("input[name=kind]")];
  const controls = [...document.querySelectorAll("[data-kinds]")];
  if (!radios.length || !controls.length) return;
  const show = () => {
    const chosen = radios.find((radio) => radio.checked);
    for (const control of controls) {
      const field = control.closest(".field");
      const isFor = !chosen || control.dataset.kinds.split(" ").includes(chosen.value);
      field.hidden = !isFor && !control.value && !field.classList.contains("field--error");
    }
  };
  for (const radio of radios) radio.addEventListener("change", show);
  show();
}

function choose(chooser) {
  const groups = [...chooser.querySelectorAll("[data-group]")].map((group) => ({
    element: group,
    whole: group.querySelector("[data-whole]"),
    details: group.querySelector("details"),
    pupils: [...group.querySelectorAll("[data-pupil]")].map((row) => ({
      row,
      box: row.querySelector("input"),
      name: row.textContent.trim().toLowerCase(),
    })),
  }));
  const chosen = chooser.querySelector("[data-chosen]");
  const years = [...chooser.querySelectorAll("input[name=years]")];
  const count = () => {
    const number = groups.reduce(
      (sum, group) =>
        sum + (group.whole.checked ? group.pupils.length : group.pupils.filter((pupil) => pupil.box.checked).length),
      0,
    );
    const names = years.filter((year) => year.checked).map((year) => year.labels[0].textContent);
    const pupils = number === 1 ? "1 pupil chosen" : `${number} pupils chosen`;
    chosen.textContent = names.length ? `${pupils}, and all of ${names.join(", ")}` : pupils;
  };
  for (const group of groups) {
    group.whole.addEventListener("change", () => {
      for (const pupil of group.pupils) pupil.box.checked = group.whole.checked;
    });
    for (const pupil of group.pupils) {
      pupil.box.addEventListener("change", () => {
        if (!pupil.box.checked) group.whole.checked = false;
      });
    }
    if (group.pupils.some((pupil) => pupil.box.checked)) group.details.open = true;
  }
  chooser.addEventListener("change", count);
  count();

  const find = chooser.querySelector("[data-find]");
  const none = chooser.querySelector("[data-none]");
  find?.addEventListener("input", () => {
    const words = find.value.toLowerCase().split(/[\s,]+/).filter(Boolean);
    let found = 0;
    for (const group of groups) {
      let here = 0;
      for (const pupil of group.pupils) {
        const fits = words.every((word) => pupil.name.includes(word));
        pupil.row.hidden = !fits;
        if (fits) here += 1;
      }
      group.element.hidden = !here;
      group.details.open = words.length ? here > 0 : group.pupils.some((pupil) => pupil.box.checked);
      found += here;
    }
    none.hidden = found > 0;
  });
  // Enter in the search box looks for a name; it does not send the form.
  find?.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}
