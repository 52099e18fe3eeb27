// The grid of marks as a spreadsheet: arrows move, Shift selects, a typed code fills what is selected. Nothing is
// saved here: the changes are sent on to be reviewed. Without any of this the form below the grid does the same.

const KEPT = "rollbook.register:grid:"; // the beginning is what signing out takes away
const SENT = "rollbook.register:grid-sent";

for (const form of document.querySelectorAll("form[data-grid]")) new Grid(form).start();
for (const form of document.querySelectorAll("form[data-grid-review]")) reviewing(form);
if (document.querySelector("[data-grid-saved]")) forgetSent();

// What was sent and saved is pending no more; changes in other weeks and of other pupils are.
function forgetSent() {
  const [key, ...lines] = (sessionStorage.getItem(SENT) ?? "").split("\n");
  sessionStorage.removeItem(SENT);
  const left = (sessionStorage.getItem(key) ?? "").split("\n").filter((line) => line && !lines.includes(line));
  if (left.length) sessionStorage.setItem(key, left.join("\n"));
  else sessionStorage.removeItem(key);
}

function Grid(form) {
  const table = form.querySelector("table.grid");
  const rows = [...table.tBodies[0].rows].map((row) => [...row.querySelectorAll("td.g")]);
  const names = [...table.tBodies[0].rows].map((row) => row.querySelector("a").textContent);
  const pupils = [...table.tBodies[0].rows].map((row) => row.dataset.pupil);
  const links = [...table.tBodies[0].rows].map((row) => row.cells[0].querySelector("a"));
  const heads = [...table.tHead.querySelectorAll("th[data-on]")];
  const codes = new Map(Object.entries(JSON.parse(form.dataset.codes)));
  const kept = KEPT + form.dataset.keptAs;
  const part = (name) => form.querySelector(`[data-${name}]`);
  const [at, say, history, bar, note, text] = ["at", "say", "history", "bar", "note", "changes"].map(part);
  const cells = new Map(); // what each cell was when the page came, and what it shall be
  const steps = [];
  let here = [0, 0];
  let from = [0, 0];
  let half = null; // the first sign of a two-sign code, and when it was typed
  let dragging = false;
  let copied = null;

  this.start = () => {
    if (!rows.length || !heads.length) return;
    table.setAttribute("role", "grid");
    table.setAttribute("aria-multiselectable", "true");
    part("box").removeAttribute("tabindex");
    part("box").removeAttribute("role");
    part("box").removeAttribute("aria-label");
    table.setAttribute("aria-label", table.caption.textContent);
    rows.forEach((row, y) => row.forEach((cell, x) => cells.set(cell, read(cell, y, x))));
    for (const [element, cell] of cells) {
      element.tabIndex = -1;
      if (cell.fixed) element.setAttribute("aria-readonly", "true");
    }
    for (const link of links) link.tabIndex = -1; // the table is one stop for Tab; arrows lead to the names as well
    restore();
    here = from = beginning();
    cellAt(here).tabIndex = 0;
    table.addEventListener("keydown", pressed);
    table.addEventListener("focusin", focused);
    table.addEventListener("mousedown", down);
    table.addEventListener("mouseover", over);
    document.addEventListener("mouseup", () => (dragging = false));
    document.addEventListener("copy", copy);
    document.addEventListener("paste", paste);
    part("undo").addEventListener("click", undo);
    part("drop").addEventListener("click", () => change([...cells.keys()].map((cell) => [cell, null]), "All taken back"));
    form.addEventListener("submit", () => {
      text.value = lines().join("\n");
      sessionStorage.setItem(SENT, [kept, ...lines()].join("\n"));
    });
    window.addEventListener("pageshow", show);
    scrollTo();
    show();
  };

  function read(cell, y, x) {
    const saved = cell.textContent;
    const isMissing = cell.matches(".g--missing, .g--open");
    return {
      y,
      x,
      saved: isMissing ? "" : saved,
      title: cell.title,
      classes: cell.className,
      version: Number(cell.dataset.v ?? (isMissing ? 0 : 1)),
      fixed: cell.matches(".g--none, .g--ahead"),
      pending: null,
      seen: null, // the version under a change that was made on an earlier look
    };
  }

  const cellAt = ([y, x]) => rows[y][x];
  const isHere = () => table.contains(document.activeElement);

  // The last session that has begun, where most changes are: at the first pupil.
  function beginning() {
    for (let x = heads.length - 1; x >= 0; x -= 1) {
      if (rows.some((row) => !cells.get(row[x]).fixed)) return [0, x];
    }
    return [0, 0];
  }

  // The box opens at its end, as far as marks go.
  function scrollTo() {
    const box = part("box");
    const cell = cellAt(here);
    box.scrollLeft = Math.max(0, cell.offsetLeft + cell.offsetWidth * 2 - box.clientWidth);
  }

  // --- What is selected ---

  function area() {
    const [top, bottom] = [here[0], from[0]].sort((a, b) => a - b);
    const [left, right] = [here[1], from[1]].sort((a, b) => a - b);
    return { top, bottom, left, right };
  }

  function selected() {
    const { top, bottom, left, right } = area();
    return rows.slice(top, bottom + 1).flatMap((row) => row.slice(left, right + 1));
  }

  function go(y, x, extend) {
    half = null;
    const was = cellAt(here);
    here = [Math.max(0, Math.min(rows.length - 1, y)), Math.max(0, Math.min(heads.length - 1, x))];
    if (!extend) from = here;
    was.tabIndex = -1;
    const cell = cellAt(here);
    cell.tabIndex = 0;
    if (document.activeElement !== cell) cell.focus({ preventScroll: true });
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
    mark();
  }

  function mark() {
    const chosen = selected();
    const many = chosen.length > 1;
    for (const cell of table.querySelectorAll('[aria-selected="true"]')) cell.removeAttribute("aria-selected");
    if (many) for (const cell of chosen) cell.setAttribute("aria-selected", "true");
    for (const each of table.querySelectorAll(".is-here")) each.classList.remove("is-here");
    heads[here[1]].classList.add("is-here");
    cellAt(here).parentElement.classList.add("is-here");
    const words = describe(here, many ? chosen.length : 0);
    at.textContent = words;
    tell(words);
    showHistory();
  }

  function describe([y, x], count) {
    const cell = cells.get(rows[y][x]);
    const now = cell.pending === null ? shown(cell) : `${cell.pending} ${titleOf(cell.pending)}, was ${shown(cell)}`;
    const words = `${heads[x].dataset.words}, ${names[y]}: ${now}`;
    return count ? `${count} marks selected. ${words}` : words;
  }

  function shown(cell) {
    const title = cell.title || titleOf(cell.saved);
    return cell.fixed || !cell.saved ? cell.title : `${cell.saved} ${title}`;
  }

  const titleOf = (code) => codes.get(code)?.[1] ?? (code === "/" || code === "\\" ? "Present" : "");

  function showHistory() {
    const cell = cells.get(cellAt(here));
    history.hidden = cell.fixed || !cell.saved;
    const { on, session } = heads[here[1]].dataset;
    history.href = `/pupils/${pupils[here[0]]}/marks/${on}/${session.toLowerCase()}/`;
  }

  function tell(words) {
    say.textContent = words;
  }

  // --- Changes ---

  function codeFor(code, x) {
    if (code !== "/" && code !== "\\") return code;
    return heads[x].dataset.session === "AM" ? "/" : "\\";
  }

  // Pairs of a cell and its new code; null takes the change back. One step to undo.
  function change(pairs, words) {
    const step = [];
    let fixed = 0;
    for (const [element, code] of pairs) {
      const cell = cells.get(element);
      if (cell.fixed) {
        fixed += code === null ? 0 : 1;
        continue;
      }
      const next = code === null || code === cell.saved ? null : code;
      if (next === cell.pending) continue;
      step.push([element, cell.pending]);
      cell.seen = null;
      put(element, cell, next);
    }
    if (step.length) steps.push(step);
    keep();
    show();
    const left = fixed ? `. ${fixed} left out: not on the register, or not open yet` : "";
    tell(`${words ?? describe(here, 0)}${left}`);
    at.textContent = describe(here, 0) + left;
  }

  function put(element, cell, code) {
    cell.pending = code;
    if (code === null) {
      element.className = cell.classes;
      element.textContent = cell.saved;
      element.title = cell.title;
      return;
    }
    element.className = `${cell.classes.includes(" gw") ? "g gw" : "g"} is-pending`;
    element.textContent = code;
    if (cell.saved) {
      const was = document.createElement("s");
      was.textContent = cell.saved;
      element.append(was);
    }
    element.title = `${titleOf(code)}, not saved yet`;
  }

  function fill(code) {
    const chosen = selected();
    change(chosen.map((cell) => [cell, codeFor(code, cells.get(cell).x)]), chosen.length > 1 ? `${chosen.length} marks set to ${code}` : undefined);
  }

  function undo() {
    const step = steps.pop();
    if (!step) return tell("Nothing to undo");
    for (const [element, was] of step) put(element, cells.get(element), was);
    keep();
    show();
    tell(`Undone: ${step.length} ${step.length === 1 ? "mark" : "marks"}`);
    at.textContent = describe(here, 0);
  }

  const pending = () => [...cells.values()].filter((cell) => cell.pending !== null);

  function show() {
    const count = pending().length;
    bar.hidden = count === 0;
    note.textContent = `${count} ${count === 1 ? "mark" : "marks"} changed, not saved`;
    part("undo").hidden = steps.length === 0;
  }

  function lines() {
    return pending().map((cell) => {
      const { on, session } = heads[cell.x].dataset;
      return [pupils[cell.y], on, session, cell.seen ?? cell.version, cell.pending].join(" ");
    });
  }

  // Changes not saved outlive a look elsewhere, each with the version it was made over: where somebody else has
  // changed the mark since, the review shows both.
  function keep() {
    const now = new Set(heads.map((head) => `${head.dataset.on} ${head.dataset.session}`));
    const others = keptLines().filter((line) => !now.has(line.split(" ").slice(1, 3).join(" ")));
    const all = [...others, ...lines()];
    if (all.length) sessionStorage.setItem(kept, all.join("\n"));
    else sessionStorage.removeItem(kept);
  }

  function keptLines() {
    return (sessionStorage.getItem(kept) ?? "").split("\n").filter(Boolean);
  }

  function restore() {
    const column = new Map(heads.map((head, x) => [`${head.dataset.on} ${head.dataset.session}`, x]));
    for (const line of keptLines()) {
      const [pupil, on, session, version, code] = line.split(" ");
      const [y, x] = [pupils.indexOf(pupil), column.get(`${on} ${session}`)];
      if (y < 0 || x === undefined) continue;
      const cell = cells.get(rows[y][x]);
      if (cell.fixed || code === cell.saved) continue;
      put(rows[y][x], cell, code);
      cell.seen = Number(version);
    }
  }

  // --- Keys ---

  function pressed(event) {
    const cell = event.target.closest("td.g");
    if (event.isComposing) return;
    if (!cell) return atName(event);
    const control = event.ctrlKey || event.metaKey;
    if (event.altKey) return;
    if (control && event.key.toLowerCase() === "z") return act(event, undo);
    if (control && event.key.toLowerCase() === "a") {
      return act(event, () => {
        from = [0, 0];
        go(rows.length - 1, heads.length - 1, true);
      });
    }
    if (move(event, control) || control) return;
    if (event.key === "Delete" || event.key === "Backspace") {
      return act(event, () => change(selected().map((each) => [each, null]), "Taken back"));
    }
    if (event.key === "Escape") return act(event, () => go(...here, false));
    if (event.key.length === 1 && event.key !== " ") typed(event);
  }

  // Left of the first mark is the pupil's name, which leads to the pupil's page.
  function atName(event) {
    const y = links.indexOf(event.target);
    if (y < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    const next = { ArrowUp: y - 1, ArrowDown: y + 1 }[event.key];
    if (next !== undefined) act(event, () => links[next]?.focus());
    else if (event.key === "ArrowRight" || event.key === "Home") act(event, () => go(y, 0, false));
    else if (event.key === "End") act(event, () => go(y, heads.length - 1, false));
  }

  function move(event, control) {
    const [y, x] = here;
    if (event.key === "ArrowLeft" && x === 0 && !event.shiftKey && !control) {
      act(event, () => links[y].focus());
      return true;
    }
    const to = {
      ArrowUp: [control ? 0 : y - 1, x],
      ArrowDown: [control ? rows.length - 1 : y + 1, x],
      ArrowLeft: [y, control ? 0 : x - 1],
      ArrowRight: [y, control ? heads.length - 1 : x + 1],
      Home: [control ? 0 : y, 0],
      End: [control ? rows.length - 1 : y, heads.length - 1],
      PageUp: [y - 10, x],
      PageDown: [y + 10, x],
      Enter: [event.shiftKey ? y - 1 : y + 1, x],
    }[event.key];
    if (!to) return false;
    act(event, () => go(...to, event.shiftKey && event.key !== "Enter"));
    return true;
  }

  function act(event, what) {
    event.preventDefault();
    what();
  }

  // A letter that is a code counts at once; a number soon after it makes it the longer code.
  function typed(event) {
    const sign = event.key.toUpperCase();
    const longer = half && event.timeStamp - half.when < 2000 ? half.sign + sign : "";
    if (/\d/.test(sign)) {
      if (longer && codes.has(longer)) act(event, () => fill(longer));
      else if (longer) act(event, () => tell(`${longer} is not a code that you can set`));
      half = null;
      return;
    }
    const code = sign === "/" || sign === "\\" ? sign : codes.has(sign) ? sign : "";
    const begins = [...codes.keys()].some((each) => each.length === 2 && each[0] === sign);
    if (!code && !begins) return act(event, () => refuse(sign));
    act(event, () => {
      if (code) fill(code);
      else tell(`${sign}, then its number`);
      half = begins ? { sign, when: event.timeStamp } : null;
    });
  }

  function refuse(sign) {
    const words = `${sign} is not a code that you can set`;
    tell(words);
    at.textContent = words;
  }

  // --- Mouse ---

  function down(event) {
    const cell = event.target.closest("td.g");
    if (!cell || event.button !== 0) return;
    event.preventDefault();
    dragging = true;
    const { y, x } = cells.get(cell);
    go(y, x, event.shiftKey);
  }

  function over(event) {
    const cell = dragging && event.target.closest("td.g");
    if (!cell) return;
    const { y, x } = cells.get(cell);
    if (here[0] !== y || here[1] !== x) go(y, x, true);
  }

  function focused(event) {
    const cell = event.target.closest("td.g");
    if (!cell) return;
    const { y, x } = cells.get(cell);
    if (here[0] !== y || here[1] !== x) go(y, x, false);
    else mark();
  }

  // --- Copy and paste, also from and to a spreadsheet ---

  function copy(event) {
    if (!isHere() || !event.clipboardData) return;
    const { top, bottom, left, right } = area();
    const value = (element) => cells.get(element).pending ?? cells.get(element).saved;
    copied = rows
      .slice(top, bottom + 1)
      .map((row) => row.slice(left, right + 1).map(value).join("\t"))
      .join("\n");
    event.clipboardData.setData("text/plain", copied);
    event.preventDefault();
    tell(`${selected().length} copied`);
  }

  function paste(event) {
    if (!isHere()) return;
    const text = event.clipboardData?.getData("text/plain") || copied;
    if (!text) return;
    event.preventDefault();
    const block = text.replace(/\r/g, "").replace(/\n$/, "").split("\n").map((line) => line.split("\t"));
    const { top, bottom, left, right } = area();
    // One mark, or one line, goes as often as fits into what is selected.
    const height = Math.max(block.length, bottom - top + 1);
    const width = Math.max(block[0].length, right - left + 1);
    const pairs = [];
    let unknown = 0;
    for (let y = 0; y < height && top + y < rows.length; y += 1) {
      for (let x = 0; x < width && left + x < heads.length; x += 1) {
        const line = block[y % block.length];
        const written = (line[x % line.length] ?? "").trim().toUpperCase();
        const code = codeFor(written, left + x);
        if (!written) continue;
        if (code === "/" || code === "\\" || codes.has(code)) pairs.push([rows[top + y][left + x], code]);
        else unknown += 1;
      }
    }
    change(pairs, `${pairs.length} pasted${unknown ? `, ${unknown} left out: no code that you can set` : ""}`);
  }
}

// The review: how many marks the button would save, and all ticks of a list at once.
function reviewing(form) {
  const button = form.querySelector("[data-save-count]");
  const show = () => {
    if (!button) return;
    const count = Number(form.dataset.sure) + form.querySelectorAll("[data-tick]:checked").length;
    button.textContent = `Save ${count} ${count === 1 ? "mark" : "marks"}`;
  };
  form.addEventListener("change", show);
  for (const each of form.querySelectorAll("[data-tick-all]")) {
    each.addEventListener("click", () => {
      const ticks = [...form.querySelectorAll(`[data-tick="${each.dataset.tickAll}"]`)];
      const all = ticks.every((tick) => tick.checked);
      for (const tick of ticks) tick.checked = !all;
      each.textContent = all ? "Tick all" : "Untick all";
      show();
    });
  }
  show();
}
