"use strict";
// Sorts, filters and unfolds the tables of the page. Without it every table shows its first rows.
(() => {
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const grids = new Map();

  class Row {
    constructor(keys, element, id, cells) {
      this.keys = keys; // what can be read: texts, and numbers in columns of numbers; null or "" where there is nothing
      this.element = element; // null until it is shown for the first time
      this.id = id;
      this.cells = cells; // what it is made of when it is shown for the first time
      this.text = keys.map((key) => key ?? "").join("\n").toLowerCase();
    }
  }

  class Grid {
    constructor(root) {
      this.root = root;
      this.body = root.querySelector("tbody");
      this.heads = [...root.querySelectorAll("thead th")];
      this.kinds = this.heads.map((head) => head.dataset.kind);
      this.rows = [...this.body.rows].map((row) => new Row([...row.cells].map((cell, n) => this.read(cell, n)), row, row.id));
      this.chosen = new Map();
      for (const choice of root.querySelectorAll("[data-choose]")) {
        const choose = () => { this.choose(Number(choice.dataset.choose), choice.value); };
        choice.addEventListener("change", () => { choose(); again(root); });
        if (choice.value) choose();
      }
      this.first = this.rows.length;
      const island = root.querySelector("script[data-more]");
      for (const [id, ...cells] of island ? JSON.parse(island.textContent) : []) {
        this.rows.push(new Row(cells.map((cell, n) => said(cell, this.kinds[n])), null, id, cells));
      }
      this.all = this.first === this.rows.length;
      this.order = this.rows;
      this.needle = "";
      this.button = root.querySelector("[data-all]");
      this.showing = root.querySelector("[data-showing]");
      if (this.button) {
        this.button.addEventListener("click", () => { this.all = true; this.draw(); });
      }
      this.heads.forEach((head, n) => this.sortable(head, n));
    }

    read(cell, n) {
      if (cell.querySelector(".none")) return null;
      const kind = this.kinds[n];
      if (kind === "number") return Number(cell.textContent.replaceAll(",", ""));
      if (kind === "folded" || kind === "points") return [...cell.querySelectorAll("li")].map((item) => item.textContent).join("\n");
      if (kind === "links") return [...cell.childNodes].filter((one) => one.nodeName !== "BR").map((one) => one.textContent).join("\n");
      return cell.textContent.trimEnd();
    }

    sortable(head, n) {
      const button = head.querySelector("button");
      if (!button) return;
      button.disabled = false;
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
          const a = one.keys[n], b = other.keys[n];
          const none = (value) => value === null || value === "";
          if (none(a) || none(b)) return none(a) - none(b);
          return sign * compare(a, b);
        });
      }
      this.draw();
    }

    filter(needle) {
      this.needle = needle;
      return this.draw();
    }

    choose(n, value) {
      if (value) this.chosen.set(n, value);
      else this.chosen.delete(n);
    }

    // Forgets what was searched and chosen, so that any row can be shown.
    clear() {
      for (const choice of this.root.querySelectorAll("[data-choose]")) choice.value = "";
      this.chosen.clear();
      this.needle = "";
    }

    // Shows what matches, as many rows as there were at first unless all are asked for; gives the number of matches.
    draw() {
      const words = this.needle.split(/\s+/).filter(Boolean);
      const chosen = [...this.chosen];
      const matches = words.length || chosen.length
        ? this.order.filter((row) => words.every((word) => row.text.includes(word)) && chosen.every(([n, value]) => row.keys[n] === value))
        : this.order;
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
        } else if (kind === "mark") {
          const sign = cell.appendChild(document.createElement("span"));
          if (value[0] === "✓") sign.className = "good";
          if (value[0] === "✗") sign.className = "bad";
          sign.textContent = value;
        } else if (kind === "link") {
          linked(cell, value, value);
        } else if (kind === "links") {
          value.split("\n").forEach((line, number) => {
            const space = line.indexOf(" ");
            if (number) cell.append(document.createElement("br"));
            linked(cell, line.slice(0, space), line.slice(space + 1));
          });
        } else if (kind === "folded") {
          const fold = cell.appendChild(document.createElement("details"));
          fold.appendChild(document.createElement("summary")).textContent = "Show";
          list(fold, value, (item, line) => item.append(line));
        } else if (kind === "points") {
          list(cell, value, prose).className = "points";
        } else if (kind === "excerpt") {
          excerpt(cell, value);
        } else {
          breakable(cell.appendChild(document.createElement("code")), String(value));
        }
      });
      return (row.element = element);
    }
  }

  // What can be read of a cell that is not shown yet: the same that `read` finds in one that is.
  function said(value, kind) {
    if (typeof value !== "string") return value;
    if (kind === "links") return value.split("\n").map((line) => line.slice(line.indexOf(" ") + 1)).join("\n");
    if (kind === "excerpt") {
      const [numbers, ...lines] = value.split("\n");
      return lines.map((line, n) => `${parseInt(numbers, 10) + n} ${line}`).join("\n").trimEnd();
    }
    return kind === "text" || kind === "points" ? value.split("\n").map(unticked).join("\n") : value;
  }

  function unticked(text) {
    return text.split("`").length % 2 ? text.replaceAll("`", "") : text;
  }

  function linked(cell, id, text) {
    if (!id) return cell.append(text);
    const link = cell.appendChild(document.createElement("a"));
    link.href = `#${id}`;
    link.textContent = text;
  }

  function list(cell, value, fill) {
    const items = cell.appendChild(document.createElement("ul"));
    for (const line of value.split("\n")) fill(items.appendChild(document.createElement("li")), line);
    return items;
  }

  // Lines of source; the first line of the value says the number of the first, and which it is about.
  function excerpt(cell, value) {
    const [numbers, ...lines] = value.split("\n");
    const [first, about] = numbers.split(" ").map(Number);
    const source = cell.appendChild(document.createElement("pre"));
    source.className = "excerpt";
    source.tabIndex = 0;
    source.setAttribute("role", "group");
    source.setAttribute("aria-label", "Source");
    lines.forEach((line, n) => {
      const place = first + n === about ? source.appendChild(document.createElement("mark")) : source;
      const number = place.appendChild(document.createElement("span"));
      number.className = "n";
      number.textContent = first + n;
      place.append(` ${line}`);
      source.append("\n");
    });
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

  // What the search of a part of the page finds, after it or a choice has changed.
  function again(root) {
    const scope = root.closest("[data-scope]");
    const input = scope?.querySelector("[data-filter]");
    if (!input) return grids.get(root)?.draw();
    const needle = input.value.trim().replaceAll("`", "").toLowerCase();
    let total = 0, chosen = false;
    for (const one of scope.querySelectorAll("[data-grid]")) {
      const grid = grids.get(one);
      const matches = grid.filter(needle);
      total += matches;
      chosen ||= grid.chosen.size > 0;
      // A choice that is the reason why nothing is left stays in sight.
      one.querySelector(".scroll").hidden = matches === 0 && grid.rows.length > 0;
      (one.closest("[data-hide-empty]") ?? one).hidden = needle !== "" && matches === 0 && !grid.chosen.size;
    }
    const output = scope.querySelector("[data-matches]");
    if (output) output.textContent = needle || chosen ? `${total.toLocaleString("en")} ${total === 1 ? "match" : "matches"}` : "";
  }

  // Shows again whatever a search or a choice has hidden in the part of the page that a link leads to.
  function cleared(root) {
    const scope = root.closest("[data-scope]");
    const input = scope?.querySelector("[data-filter]");
    for (const one of scope?.querySelectorAll("[data-grid]") ?? [root]) grids.get(one).clear();
    if (input) input.value = "";
    again(root);
  }

  // Links to rows that are not shown yet, and to what is folded away.
  function follow() {
    let id = location.hash.slice(1);
    try { id = decodeURIComponent(id); } catch { return; }
    if (!id) return;
    for (const row of document.querySelectorAll("tr.target")) row.classList.remove("target");
    let found = document.getElementById(id);
    if (found?.closest("[hidden]")) {
      const grid = found.querySelector("[data-grid]") ?? found.closest("[data-grid]");
      if (grid) cleared(grid);
    }
    for (const grid of found ? [] : grids.values()) {
      const row = grid.rows.find((one) => one.id === id);
      if (!row) continue;
      cleared(grid.root);
      if (!row.element?.isConnected) {
        grid.all = true;
        grid.draw();
      }
      found = row.element;
      found.classList.add("target");
      break;
    }
    for (let fold = found?.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    if (!found) return;
    found.scrollIntoView();
    // Whoever goes on by keyboard or hears the page goes on from here, unless already further on in it.
    if (found.contains(document.activeElement)) return;
    if (found.tabIndex < 0 && !found.hasAttribute("tabindex")) {
      found.tabIndex = -1;
      found.addEventListener("blur", () => found.removeAttribute("tabindex"), { once: true });
    }
    found.focus({ preventScroll: true });
  }

  for (const root of document.querySelectorAll("[data-grid]")) grids.set(root, new Grid(root));
  for (const input of document.querySelectorAll("[data-filter]")) {
    const grid = input.closest("[data-scope]").querySelector("[data-grid]");
    if (!grid) continue;
    input.addEventListener("input", () => again(grid));
    if (input.value) again(grid);
  }
  for (const [root, grid] of grids) if (grid.chosen.size) again(root);

  // Only what scrolls needs a stop of the keyboard.
  const fitting = new ResizeObserver((changes) => {
    for (const { target } of changes) target.tabIndex = target.scrollWidth > target.clientWidth ? 0 : -1;
  });
  for (const frame of document.querySelectorAll(".scroll")) fitting.observe(frame);

  // The section that is read is marked in the navigation.
  const entries = new Map([...document.querySelectorAll("nav a")].map((link) => [link.hash.slice(1), link]));
  const reading = new Set();
  const observer = new IntersectionObserver((changes) => {
    for (const change of changes) {
      if (change.isIntersecting) reading.add(change.target.id);
      else reading.delete(change.target.id);
    }
    const current = [...entries.keys()].find((id) => reading.has(id));
    if (!current) return;
    for (const [id, link] of entries) {
      if (id === current) link.setAttribute("aria-current", "location");
      else link.removeAttribute("aria-current");
    }
  }, { rootMargin: "-15% 0px -80% 0px" });
  for (const id of entries.keys()) {
    const section = document.getElementById(id);
    if (section) observer.observe(section);
  }

  // On a narrow page the menu closes behind the reader who has chosen from it.
  const menu = document.querySelector(".menu");
  menu.addEventListener("click", (event) => { if (event.target.closest("a")) menu.open = false; });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // Colours: as the system has them, unless the reader has chosen; remembered where the browser allows it.
  const theme = document.querySelector("select[data-theme]");
  const paint = () => {
    if (theme.value) document.documentElement.dataset.theme = theme.value;
    else delete document.documentElement.dataset.theme;
  };
  try { theme.value = localStorage.getItem("overhaul-colours") ?? ""; } catch { /* not allowed here */ }
  if (theme.selectedIndex < 0) theme.value = "";
  paint();
  theme.addEventListener("change", () => {
    paint();
    try { localStorage.setItem("overhaul-colours", theme.value); } catch { /* not allowed here */ }
  });
  addEventListener("hashchange", follow);
  // The same link a second time changes no address.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href^='#']");
    if (link && link.hash === location.hash) follow();
  });
  addEventListener("beforeprint", () => { for (const fold of document.querySelectorAll("details[data-print]")) fold.open = true; });
  follow();
})();
// pictures: begin
// Names the row and the column of the cell that the pointer or the focus is on.
(() => {
  for (const table of document.querySelectorAll("table.dsm")) {
    let lit = -1;
    const light = (cell) => {
      const n = cell?.closest("td, thead th")?.cellIndex ?? -1;
      const column = n > 1 ? n : -1;
      if (column === lit) return;
      for (const row of table.rows) {
        row.cells[lit]?.classList.remove("lit");
        row.cells[column]?.classList.add("lit");
      }
      lit = column;
    };
    table.addEventListener("pointerover", (event) => light(event.target));
    table.addEventListener("pointerleave", () => light(null));
    table.addEventListener("focusin", (event) => light(event.target));
  }
})();
// pictures: end
