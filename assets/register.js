// Taking a register by keyboard and by touch. The form works without any of this; see the no-script styles.
// Single keys count only while the focus is inside the table, so they never surprise a reader elsewhere.

const form = document.querySelector("form[data-register]");
if (form && !form.hasAttribute("data-read-only")) new Register(form).start();

function Register(form) {
  const presentSymbol = form.dataset.present;
  const absent = form.dataset.absent ?? "absent, no reason yet"; // in a lesson: missing
  const rows = [...form.querySelectorAll("tr.pupil")].map((element) => makeRow(element, presentSymbol, absent));
  const open = rows.filter((row) => !row.isConflict);
  const saveButton = form.querySelector("[data-save]");
  const restButton = form.querySelector("[data-rest]");
  const note = form.querySelector("[data-note]");
  const reason = form.querySelector("[data-reason]");
  const live = form.querySelector("[data-say]");
  const savedNote = note.textContent;
  const codes = new Map(
    open.flatMap((row) => row.options()).filter((o) => o.value).map((o) => [o.value.toUpperCase(), o.value]),
  );
  const memory = keptMarks(form);
  let touched = form.hasAttribute("data-unsaved");
  let submitting = false;
  const breath = [];
  let half = null; // the first sign of a two-sign code: {row, letter, timer}

  this.start = () => {
    restore();
    show();
    form.addEventListener("change", changed);
    form.addEventListener("input", changed);
    form.addEventListener("click", clicked);
    form.addEventListener("submit", submitted);
    document.addEventListener("keydown", pressed);
    window.addEventListener("beforeunload", (event) => {
      if (touched && !submitting) event.preventDefault();
    });
    window.addEventListener("pageshow", () => {
      submitting = false;
      saveButton.removeAttribute("aria-disabled");
    });
    countdown(say);
    const mouse = matchMedia("(hover: hover) and (pointer: fine)").matches;
    if (mouse && !location.hash && !document.querySelector(".error-summary")) {
      (rows.find((row) => row.isConflict) ?? firstUnmarked() ?? open[0])?.focus({ preventScroll: true });
    }
  };

  // --- What is shown ---

  function show() {
    const counts = { present: 0, late: 0, absent: 0, other: 0, unmarked: 0, rest: 0 };
    for (const row of rows) counts[row.kind()] += 1;
    counts.rest = rest().length;
    for (const spot of document.querySelectorAll("[data-count]")) spot.textContent = counts[spot.dataset.count];
    drawBar(document.querySelector(".tally [data-bar]"), counts, rows.length, absent);
    if (restButton) restButton.hidden = counts.rest === 0;
    const left = counts.unmarked ? `${counts.unmarked} to mark` : "All marked";
    note.textContent = touched ? `${left}, not saved` : savedNote;
    if (reason) {
      const needed = rows.some((row) => row.changesSaved());
      reason.classList.toggle("is-shown", needed || reason.querySelector("input").value !== "");
    }
    return counts.unmarked;
  }

  // What happens at one moment is said in one breath: minutes that are left for the next mark, and that mark.
  function say(text) {
    if (!breath.length) {
      live.textContent = "";
      requestAnimationFrame(() => (live.textContent = breath.splice(0).reverse().join(". ")));
    }
    breath.push(text);
  }

  function sayMark(row, left) {
    say(`${row.name}: ${row.words()}. ${left ? `${left} left` : "All marked"}`);
  }

  function changed(event) {
    const row = rows.find((each) => each.element.contains(event.target));
    if (!row && event.target.name !== "reason") return;
    touched = true;
    if (row && event.type === "change" && !row.isConflict) {
      row.settle(event.target);
      sayMark(row, show());
    } else show();
    memory.keep(open);
  }

  // A press on Late with a finger or the mouse leads on to the minutes; the arrow keys stay where they are.
  function clicked(event) {
    const row = open.find((each) => each.element.contains(event.target));
    if (row && event.detail > 0 && event.target.value === "L" && event.target.type === "radio") {
      row.minutes.focus();
      row.minutes.select();
    }
    if (event.target.closest("[data-rest]")) {
      event.preventDefault();
      markRest();
    }
  }

  // Whom the desk has signed out is marked one by one.
  function rest() {
    return open.filter((row) => !row.code() && !("out" in row.element.dataset));
  }

  function markRest() {
    const marked = rest();
    for (const row of marked) row.set(presentSymbol);
    touched = true;
    memory.keep(open);
    const left = show();
    if (left) firstUnmarked()?.focus();
    else saveButton.focus();
    say(`${marked.length} marked present. ${left ? `${left} left` : "All marked"}, not saved.`);
  }

  function submitted(event) {
    if (submitting) return event.preventDefault();
    submitting = true;
    saveButton.setAttribute("aria-disabled", "true");
    note.textContent = "Saving …";
  }

  // --- Keys ---

  function pressed(event) {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s") {
      event.preventDefault();
      if (!submitting) form.requestSubmit(saveButton);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const target = event.target;
    const row = rows.find((each) => each.element.contains(target));
    if (!row) return arrive(event, target);
    if (target === row.note) return event.key === "Enter" && act(event, () => onward(row));
    if (target.matches("select")) return event.key === "Delete" && act(event, () => clear(row));
    if (target.matches("a") && event.key === "Enter") return;
    move(event, row) || mark(event, row);
  }

  // From the page into the table, and back from the buttons below it.
  function arrive(event, target) {
    if (event.key === "ArrowDown" && target === document.body) act(event, () => (firstUnmarked() ?? rows[0]).focus());
    if (event.key === "ArrowUp" && target.closest(".savebar") && !target.matches("input")) {
      act(event, () => rows[rows.length - 1].focus());
    }
  }

  function act(event, what) {
    event.preventDefault();
    what();
    return true;
  }

  function move(event, row) {
    const at = rows.indexOf(row);
    const inMinutes = event.target === row.minutes;
    switch (event.key) {
      case "ArrowDown":
        return act(event, () => (settleHalf(), rows[Math.min(at + 1, rows.length - 1)].focus()));
      case "ArrowUp":
        return act(event, () => (settleHalf(), rows[Math.max(at - 1, 0)].focus()));
      case "Enter":
        return act(event, () => (settleHalf(), inMinutes ? onward(row) : rows[Math.min(at + 1, rows.length - 1)].focus()));
      case "Home":
        return !inMinutes && act(event, () => rows[0].focus());
      case "End":
        return !inMinutes && act(event, () => rows[rows.length - 1].focus());
      case "Delete":
        return act(event, () => clear(row));
      case "Backspace":
        return !inMinutes && act(event, () => clear(row));
      default:
        return false;
    }
  }

  function mark(event, row) {
    const sign = event.key.length === 1 ? event.key.toUpperCase() : "";
    if (!sign || row.isConflict) return;
    const inMinutes = event.target === row.minutes;
    if (/\d/.test(sign)) {
      if (half && half.row === row) act(event, () => finishHalf(sign));
      return; // in the minutes it is simply typed
    }
    if (sign === " ") return;
    const isMark = sign === "/" || sign === "\\" || sign === "N" || sign === "L" || codes.has(sign) || startsCode(sign);
    if (!isMark) return;
    event.preventDefault();
    // After minutes the next mark is the next pupil's: L 8 / N marks three pupils.
    let at = row;
    if (half) at = settleHalf() ?? row;
    else if (inMinutes && row.minutes.value) at = nextUnmarked(row) ?? row;
    if (startsCode(sign)) return beginHalf(at, sign);
    put(at, sign === "/" || sign === "\\" ? presentSymbol : sign === "N" || sign === "L" ? sign : codes.get(sign));
  }

  function put(row, code) {
    // A code that fits one pupil, such as a trip's, is not in every pupil's list.
    if (!row.takes(code)) return say(`${code} is not in the list for ${row.name}`);
    row.set(code);
    touched = true;
    memory.keep(open);
    const left = show();
    sayMark(row, left);
    if (code === "L" || row.takesMinutes()) {
      row.minutes.focus();
      row.minutes.select();
    } else if (row.needsNote() && !row.note.value) row.note.focus();
    else onward(row);
  }

  // Codes of two signs (C1, Y2): the letter, then its number within a second. Where the letter alone is a code
  // as well, it stands at once and the number, if it comes in time, puts the longer code in its place.
  function startsCode(sign) {
    return [...codes.keys()].some((code) => code.length > 1 && code[0] === sign);
  }

  function beginHalf(row, letter) {
    if (codes.has(letter) && row.takes(codes.get(letter))) {
      row.set(codes.get(letter));
      touched = true;
      memory.keep(open);
      show();
    } else say(`${letter}, then its number`);
    row.focus({ preventScroll: true });
    half = { row, letter, timer: setTimeout(settleHalf, 1000) };
  }

  function finishHalf(digit) {
    const { row, letter, timer } = half;
    clearTimeout(timer);
    half = null;
    const code = codes.get(letter + digit);
    if (code) return put(row, code);
    say(`There is no code ${letter}${digit}`);
  }

  // The second is over or another key came: the letter alone stands, and the next pupil is up.
  function settleHalf() {
    if (!half) return null;
    const { row, letter, timer } = half;
    clearTimeout(timer);
    half = null;
    if (!codes.has(letter)) return row;
    put(row, codes.get(letter));
    return rows.find((each) => each.element.contains(document.activeElement)) ?? null;
  }

  function clear(row) {
    if (row.isConflict) return;
    row.clear();
    touched = true;
    memory.keep(open);
    sayMark(row, show());
    row.focus();
  }

  function firstUnmarked() {
    return open.find((row) => !row.code());
  }

  function nextUnmarked(row) {
    const at = rows.indexOf(row);
    return [...rows.slice(at + 1), ...rows.slice(0, at)].find((each) => !each.isConflict && !each.code());
  }

  function onward(row) {
    const next = nextUnmarked(row);
    const why = reason?.classList.contains("is-shown") && reason.querySelector("input");
    if (next) next.focus();
    else if (why && !why.value) why.focus();
    else saveButton.focus();
  }

  // --- What an expired sign-in left behind ---

  function restore() {
    const { back, passed, at } = memory.restore(open);
    if (!back.length && !passed.length) return;
    touched = touched || back.length > 0;
    const parts = [];
    const marks = (n) => (n === 1 ? "1 mark" : `${n} marks`);
    if (back.length) parts.push(`${marks(back.length)} you made at ${at} had not been saved and are back. Check them and save.`);
    if (passed.length) parts.push(`Saved differently by someone meanwhile, so left alone: ${passed.join(", ")}.`);
    const box = document.createElement("div");
    box.className = "notice notice--warning";
    box.setAttribute("role", "status");
    const text = document.createElement("p");
    text.className = "notice__text";
    text.textContent = parts.join(" ");
    box.append(text);
    document.querySelector(".tally").before(box);
  }
}

// One pupil's row: what it shows, and how to change that.
function makeRow(element, presentSymbol, absent) {
  const find = (selector) => element.querySelector(selector);
  const name = element.dataset.name;
  const saved = element.dataset.saved;
  const version = Number(find("[name^='v-']").value);
  if (find(".conflict")) {
    const mine = find("[name^='m-']")?.value ?? find("[name^='o-']").value;
    const code = mine === "present" ? presentSymbol : mine;
    return {
      element,
      name,
      isConflict: true,
      code: () => code,
      kind: () => kindOf(code),
      changesSaved: () => Boolean(find("[value='mine']:checked")),
      focus: (options) => (find(":checked") ?? find("input[type=radio]")).focus(options),
    };
  }
  const radios = [...element.querySelectorAll(".seg input")];
  const select = find("select"); // a lesson has no other codes, and no notes
  const minutes = find("[name^='late-']");
  const note = find("[name^='note-']");
  const first = { minutes: minutes.value, note: note?.value ?? "" };
  const chosen = () => radios.find((radio) => radio.checked)?.value ?? "";
  const row = {
    element,
    name,
    select,
    minutes,
    note,
    version,
    id: element.dataset.pupil,
    isConflict: false,
    options: () => [...(select?.options ?? [])],
    code: () => select?.value || (chosen() === "present" ? presentSymbol : chosen()),
    kind: () => kindOf(row.code()),
    needsNote: () => select?.selectedOptions[0]?.hasAttribute("data-needs-note") ?? false,
    takesMinutes: () => row.code() === "L" || (select?.selectedOptions[0]?.hasAttribute("data-minutes") ?? false),
    takes(code) {
      const value = code === presentSymbol ? "present" : code;
      return radios.some((radio) => radio.value === value) || row.options().some((o) => o.value === code);
    },
    set(code, lateBy, nature) {
      const value = code === presentSymbol ? "present" : code;
      const radio = radios.find((each) => each.value === value);
      for (const each of radios) each.checked = each === radio;
      if (select) select.value = radio ? "" : code;
      if (lateBy !== undefined) minutes.value = lateBy;
      if (note && nature !== undefined) note.value = nature;
      row.tidy();
    },
    // Of two controls for one thing the one just used counts.
    settle(control) {
      if (control.type === "radio" && select?.value) select.value = "";
      if (select && control === select && select.value) for (const radio of radios) radio.checked = false;
      row.tidy();
    },
    tidy() {
      if (!row.takesMinutes()) minutes.value = "";
      if (!note) return;
      const asks = select.selectedOptions[0]?.dataset.needsNote;
      if (asks) find(".nature label").textContent = asks;
      else if (!element.classList.contains("has-error")) note.value = "";
    },
    // A saved mark can't be unmade, so there clearing means: as it was saved.
    clear() {
      if (version && saved) row.set(saved, first.minutes, first.note);
      else row.set("", "", "");
    },
    changesSaved: () =>
      version > 0 && (row.code() !== saved || minutes.value !== first.minutes || (note?.value ?? "") !== first.note),
    words() {
      const code = row.code();
      if (!code) return "no mark";
      if (code === presentSymbol) return "present";
      if (code === "N") return absent;
      if (code === "L") return minutes.value ? `late, ${minutes.value} minutes` : "late, type the minutes";
      return select.selectedOptions[0].textContent.replace(/^.* – /, "");
    },
    focus: (options) => (radios.find((radio) => radio.checked && !select?.value) ?? radios[0]).focus(options),
  };
  if (select?.value) row.tidy();
  return row;
}

function kindOf(code) {
  if (!code) return "unmarked";
  if (code === "/" || code === "\\") return "present";
  return { L: "late", N: "absent" }[code] ?? "other";
}

function drawBar(bar, counts, total, absent) {
  const words = { present: "present", late: "late", absent, other: "other codes", unmarked: "to mark" };
  let before = 0;
  Object.keys(words).forEach((kind, index) => {
    const part = bar.children[index];
    part.setAttribute("x", `${(before * 100) / total}%`);
    part.setAttribute("width", `${(counts[kind] * 100) / total}%`);
    before += counts[kind];
  });
  bar.setAttribute("aria-label", Object.keys(words).map((kind) => `${counts[kind]} ${words[kind]}`).join(", "));
}

function countdown(say) {
  const box = document.querySelector("[data-closing][data-seconds]");
  const left = box?.querySelector("[data-left]");
  if (!left) return;
  const end = Date.now() + Number(box.dataset.seconds) * 1000;
  const warnings = [300, 60].filter((second) => second < Number(box.dataset.seconds));
  const plural = (n, unit) => `${n} ${unit}${n === 1 ? "" : "s"}`;
  const tick = () => {
    const seconds = Math.ceil((end - Date.now()) / 1000);
    if (seconds <= 0) {
      clearInterval(timer);
      left.previousElementSibling.textContent = left.previousElementSibling.textContent.replace("Closes", "Closed");
      left.textContent = "";
      box.classList.remove("is-near");
      box.classList.add("is-over");
      return say("The register has closed. Pupils who come now are coded U by the office.");
    }
    const text = seconds >= 120 ? plural(Math.floor(seconds / 60), "minute") : plural(seconds, "second");
    left.textContent = `, ${text} left`;
    box.classList.toggle("is-near", seconds <= 300);
    if (warnings.length && seconds <= warnings[0]) say(`${plural(Math.round(warnings.shift() / 60), "minute")} to the close of the register.`);
  };
  const timer = setInterval(tick, 1000);
  tick();
}

// Marks not yet acknowledged by the server stay in this tab, without names, until a page shows them saved.
// They are kept for one register (its address), one person and one making of the page (its key).
function keptMarks(form) {
  const place = `rollbook.register:${location.pathname}`;
  const whose = form.dataset.viewer;
  const state = (row) => [row.code(), row.minutes.value, row.note?.value ?? ""];
  const initial = new Map();
  // On a page that came back with errors nothing is saved yet, so there every mark is worth keeping.
  const unsaved = form.hasAttribute("data-unsaved");
  return {
    keep(rows) {
      const marks = {};
      for (const row of rows) {
        if (unsaved ? row.code() : String(state(row)) !== initial.get(row.id)) marks[row.id] = [...state(row), row.version];
      }
      const kept = { whose, key: form.dataset.key, at: Date.now(), marks };
      try {
        if (Object.keys(marks).length) sessionStorage.setItem(place, JSON.stringify(kept));
        else sessionStorage.removeItem(place);
      } catch {
        // Storage is full or forbidden: the page works on, only without this safety.
      }
    },
    restore(rows) {
      const back = [];
      const passed = [];
      for (const row of rows) initial.set(row.id, String(state(row)));
      let kept = null;
      try {
        kept = JSON.parse(sessionStorage.getItem(place) ?? "null");
      } catch {
        sessionStorage.removeItem(place);
      }
      if (!kept || kept.whose !== whose) return { back, passed };
      for (const row of rows) {
        const [code, minutes, note, version] = kept.marks[row.id] ?? [];
        if (code === undefined || String([code, minutes, note]) === initial.get(row.id)) continue;
        if (version !== row.version) passed.push(row.name);
        else {
          row.set(code, minutes, note);
          back.push(row.name);
        }
      }
      const at = new Date(kept.at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
      if (back.length || unsaved) this.keep(rows);
      else sessionStorage.removeItem(place);
      return { back, passed, at };
    },
  };
}
