"use strict";
// Sorts, filters and unfolds the tables of the page. Without it every table shows its first rows.
(() => {
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const grids = new Map();

  class Row {
    constructor(cells, element, id) {
      this.cells = cells; // texts, and numbers in columns of numbers; null where there is nothing
      this.element = element; // null until it is shown for the first time
      this.id = id;
      this.text = cells.map((cell) => cell ?? "").join("\n").replaceAll("`", "").toLowerCase();
    }
  }

  class Grid {
    constructor(root) {
      this.root = root;
      this.body = root.querySelector("tbody");
      this.heads = [...root.querySelectorAll("thead th")];
      this.kinds = this.heads.map((head) => head.dataset.kind);
      this.rows = [...this.body.rows].map((row) => new Row([...row.cells].map((cell, n) => this.read(cell, n)), row, row.id));
      this.first = this.rows.length;
      const island = root.querySelector("script[data-more]");
      for (const [id, ...cells] of island ? JSON.parse(island.textContent) : []) this.rows.push(new Row(cells, null, id));
      this.all = this.first === this.rows.length;
      this.order = this.rows;
      this.needle = "";
      this.button = root.querySelector("[data-all]");
      this.showing = root.querySelector("[data-showing]");
      if (this.button) {
        this.button.hidden = false;
        this.button.addEventListener("click", () => { this.all = true; this.draw(); });
      }
      this.heads.forEach((head, n) => this.sortable(head, n));
    }

    read(cell, n) {
      if (cell.querySelector(".none")) return null;
      const text = cell.textContent;
      return this.kinds[n] === "number" ? Number(text.replaceAll(",", "")) : text;
    }

    sortable(head, n) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", () => this.sort(n));
    }

    // Ascending, descending, and as it was. What is empty comes last either way.
    sort(n) {
      const next = { none: "ascending", ascending: "descending", descending: "none" };
      const direction = next[this.heads[n].getAttribute("aria-sort") ?? "none"];
      for (const head of this.heads) head.removeAttribute("aria-sort");
      if (direction === "none") {
        this.order = this.rows;
      } else {
        this.heads[n].setAttribute("aria-sort", direction);
        const sign = direction === "ascending" ? 1 : -1;
        const compare = this.kinds[n] === "number" ? (a, b) => a - b : collator.compare;
        this.order = [...this.rows].sort((one, other) => {
          const a = one.cells[n], b = other.cells[n];
          if (a === null || b === null) return (a === null) - (b === null);
          return sign * compare(a, b);
        });
      }
      this.draw();
    }

    filter(needle) {
      this.needle = needle;
      return this.draw();
    }

    // Shows what matches, as many rows as there were at first unless all are asked for; gives the number of matches.
    draw() {
      const words = this.needle.split(/\s+/).filter(Boolean);
      const matches = words.length ? this.order.filter((row) => words.every((word) => row.text.includes(word))) : this.order;
      const shown = this.all ? matches : matches.slice(0, Math.max(this.first, 1));
      this.body.replaceChildren(...shown.map((row) => this.element(row)));
      if (this.button) {
        this.button.hidden = shown.length === matches.length;
        this.button.textContent = `Show all ${matches.length.toLocaleString("en")}`;
        this.showing.textContent = shown.length === matches.length ? "" : `${shown.length.toLocaleString("en")} of ${matches.length.toLocaleString("en")}.`;
      }
      return matches.length;
    }

    element(row) {
      if (row.element) return row.element;
      const element = document.createElement("tr");
      if (row.id) element.id = row.id;
      row.cells.forEach((value, n) => {
        const cell = element.insertCell();
        const kind = this.kinds[n];
        cell.className = kind;
        if (value === null || value === "") {
          const none = cell.appendChild(document.createElement("span"));
          none.className = "none";
          none.title = "none";
          none.textContent = "–";
        } else if (kind === "number") {
          const digits = Number.isInteger(value) ? 0 : Math.abs(value) < 1 ? 2 : 1;
          cell.textContent = value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
        } else if (kind === "text") {
          prose(cell, value);
        } else if (kind === "word") {
          cell.textContent = value;
        } else if (kind === "link") {
          const link = cell.appendChild(document.createElement("a"));
          link.href = `#${value}`;
          link.textContent = value;
        } else {
          breakable(cell.appendChild(document.createElement("code")), String(value));
        }
      });
      return (row.element = element);
    }
  }

  // Long names and paths may be broken behind a dot or slash; the macro `name` does the same.
  function breakable(element, text) {
    const parts = text.length > 24 ? text.split(/(?<=[./])(?=[\p{L}\p{N}_])(?!pyi?\b)/u) : [text];
    parts.forEach((part, n) => element.append(...(n ? [document.createElement("wbr"), part] : [part])));
  }

  // Text in which names stand between backticks; the macro `prose` does the same.
  function prose(cell, text) {
    const pieces = text.split("`");
    if (pieces.length % 2 === 0) return cell.append(text);
    pieces.forEach((piece, n) => {
      if (n % 2) breakable(cell.appendChild(document.createElement("code")), piece);
      else cell.append(piece);
    });
  }

  function filtered(scope, input, output) {
    const needle = input.value.trim().replaceAll("`", "").toLowerCase();
    let total = 0;
    for (const root of scope.querySelectorAll("[data-grid]")) {
      const matches = grids.get(root).filter(needle);
      total += matches;
      (root.closest("[data-hide-empty]") ?? root).hidden = needle !== "" && matches === 0;
    }
    output.textContent = needle ? `${total.toLocaleString("en")} ${total === 1 ? "match" : "matches"}` : "";
  }

  // Links to rows that are not shown yet, and to what is folded away.
  function follow() {
    let id = location.hash.slice(1);
    try { id = decodeURIComponent(id); } catch { return; }
    if (!id) return;
    for (const row of document.querySelectorAll("tr.target")) row.classList.remove("target");
    let found = document.getElementById(id);
    for (const grid of grids.values()) {
      const row = found ? null : grid.rows.find((one) => one.id === id);
      if (!row) continue;
      const input = grid.root.closest("[data-scope]")?.querySelector("[data-filter]");
      if (input && input.value) { input.value = ""; input.dispatchEvent(new Event("input")); }
      grid.all = true;
      grid.draw();
      found = row.element;
      found.classList.add("target");
    }
    for (let fold = found?.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    found?.scrollIntoView();
  }

  for (const root of document.querySelectorAll("[data-grid]")) grids.set(root, new Grid(root));
  for (const input of document.querySelectorAll("[data-filter]")) {
    const box = input.closest(".filter");
    box.hidden = false;
    const again = () => filtered(box.closest("[data-scope]"), input, box.querySelector("[data-matches]"));
    input.addEventListener("input", again);
    if (input.value) again();
  }
  addEventListener("hashchange", follow);
  addEventListener("beforeprint", () => { for (const fold of document.querySelectorAll("details[data-print]")) fold.open = true; });
  follow();
})();
