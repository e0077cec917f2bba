"use strict";
// Sorting and filtering of tables; without it the page shows everything in its first order.
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  for (const button of table.querySelectorAll("th button")) {
    button.addEventListener("click", () => {
      const head = button.closest("th");
      const column = head.cellIndex;
      const down = head.getAttribute("aria-sort") !== "descending";
      for (const other of table.querySelectorAll("th")) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const key = (row) => row.cells[column].dataset.key ?? row.cells[column].textContent.trim();
      const rows = [...body.rows];
      const numeric = rows.every((row) => key(row) !== "" && !Number.isNaN(Number(key(row))));
      rows.sort((a, b) => {
        const order = numeric ? Number(key(a)) - Number(key(b)) : key(a).localeCompare(key(b), document.documentElement.lang);
        return down ? -order : order;
      });
      body.append(...rows);
    });
  }
}
const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
for (const form of document.querySelectorAll("form.filters")) {
  const table = document.getElementById(form.dataset.table);
  const count = form.querySelector("output");
  const apply = () => {
    let shown = 0;
    for (const row of table.tBodies[0].rows) {
      let keep = true;
      for (const field of form.elements) {
        if (!field.name || field.type === "submit") continue;
        if (field.type === "checkbox") keep &&= !(field.checked && row.dataset[field.name] === "1");
        else if (field.type === "search") keep &&= folded(row.textContent).includes(folded(field.value.trim()));
        else if (field.value) keep &&= (row.dataset[field.name] ?? "").split("|").includes(field.value);
      }
      row.hidden = !keep;
      shown += keep;
    }
    count.value = String(shown);
  };
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  apply();
}
