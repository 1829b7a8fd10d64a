// Tables are sorted by a click on a column's head; everything works without it.
document.querySelectorAll("table").forEach(table => {
  const body = table.tBodies[0];
  const keyOf = (row, column) => {
    const field = row.cells[column];
    const key = field.dataset.key ?? field.textContent.trim().replace(/[,\u00a0]/g, "").replace("−", "-");
    return key !== "" && !isNaN(key) ? Number(key) : key;
  };
  const compare = (x, y) =>
    typeof x === "number" && typeof y === "number" ? x - y
      : typeof x === "number" ? -1 : typeof y === "number" ? 1 : x.localeCompare(y);
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const isUp = head.getAttribute("aria-sort") === "ascending";
      [...table.tHead.rows[0].cells].forEach(other => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", isUp ? "descending" : "ascending");
      const rows = [...body.rows].sort((x, y) => compare(keyOf(x, column), keyOf(y, column)));
      body.append(...(isUp ? rows.reverse() : rows));
    });
  });
});
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach(d => { d.open = true; }));
