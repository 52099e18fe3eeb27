// What every page does beyond plain HTML. It is loaded in the head without `defer`, and is small, so that the
// class below is there before the first paint; everything else waits for the page. No page needs it to work.
document.documentElement.classList.add("js");

const MARKS_KEY = "rollbook.register:";

document.addEventListener("DOMContentLoaded", () => {
  focusErrors();
  closeMenus();
  forgetOnSignOut();
  roving();
  refreshing();
});

// A summary of errors takes the focus, so that it's read out and the next Tab goes to its first link.
function focusErrors() {
  const summary = document.querySelector(".error-summary");
  if (!summary) return;
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const field = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!field) return;
    event.preventDefault();
    const block = field.closest(".field, .pupil") || field;
    block.scrollIntoView({ block: "center" });
    const control = field.matches("input, select, textarea, a, button")
      ? field
      : field.querySelector("input, select, textarea");
    (control || field).focus({ preventScroll: true });
  });
}

// Menus are <details>; Escape, a click elsewhere and leaving with Tab close them.
function closeMenus() {
  const menus = document.querySelectorAll("details.usermenu, details.phonemenu");
  for (const menu of menus) {
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
    menu.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
    });
  }
  document.addEventListener("click", (event) => {
    for (const menu of menus) if (!menu.contains(event.target)) menu.open = false;
  });
}

// Marks kept for an interrupted register belong to who made them: signing out takes them away.
function forgetOnSignOut() {
  for (const form of document.querySelectorAll("form[data-sign-out]")) {
    form.addEventListener("submit", () => {
      for (const key of Object.keys(sessionStorage)) {
        if (key.startsWith(MARKS_KEY)) sessionStorage.removeItem(key);
      }
    });
  }
}

// A block of many small links is one stop for Tab; the arrow keys move inside it. `data-roving` is on the
// block. Where things are decides what is next, so it works however the block is laid out.
function roving() {
  for (const block of document.querySelectorAll("[data-roving]")) {
    const links = [...block.querySelectorAll("a[href]")];
    if (!links.length) continue;
    let current = links.find((link) => link.matches("[aria-current]")) || links[links.length - 1];
    for (const link of links) link.tabIndex = link === current ? 0 : -1;
    const go = (link) => {
      if (!link) return;
      current.tabIndex = -1;
      link.tabIndex = 0;
      current = link;
      link.focus();
    };
    block.addEventListener("focusin", (event) => {
      if (links.includes(event.target) && event.target !== current) {
        current.tabIndex = -1;
        current = event.target;
        current.tabIndex = 0;
      }
    });
    block.addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey || !links.includes(event.target)) return;
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (step) go(nearest(links, event.target, step));
      else if (event.key === "Home") go(links[0]);
      else if (event.key === "End") go(links[links.length - 1]);
      else return;
      event.preventDefault();
    });
  }
}

function nearest(links, from, [right, down]) {
  const middle = (box) => [box.left + box.width / 2, box.top + box.height / 2];
  const [x, y] = middle(from.getBoundingClientRect());
  let best = null;
  let least = Infinity;
  for (const link of links) {
    const [linkX, linkY] = middle(link.getBoundingClientRect());
    const along = (linkX - x) * right + (linkY - y) * down;
    const aside = Math.abs((linkX - x) * down) + Math.abs((linkY - y) * right);
    if (along < 4 || aside > along * 3 + 8) continue;
    const cost = along + aside * 4;
    if (cost < least) [best, least] = [link, cost];
  }
  return best;
}

// Parts of the page that stay fresh: data-refresh="20" (seconds) and an id. The same page is fetched again, once for all
// parts of the same seconds, and each put in place, unless someone is typing in it. What has data-keep and an id inside
// a part stays as it was: the fetched page may leave it empty. A page that is not looked at rests.
function refreshing() {
  const every = new Map();
  for (const part of document.querySelectorAll("[data-refresh][id]")) {
    const seconds = Math.max(5, Number(part.dataset.refresh) || 30);
    every.set(seconds, [...(every.get(seconds) || []), part.id]);
  }
  for (const [seconds, ids] of every) setInterval(() => refresh(ids), seconds * 1000);
}

async function refresh(ids) {
  if (document.hidden) return;
  const busy = "input:focus, select:focus, textarea:focus, details[open]";
  const parts = ids.map((id) => document.getElementById(id)).filter((part) => part && !part.querySelector(busy));
  if (!parts.length) return;
  try {
    const answer = await fetch(location.href, { headers: { "X-Rollbook-Refresh": "1" } });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = parts.map((part) => page.getElementById(part.id));
    parts.forEach((part, place) => (fresh[place] ? put(part, fresh[place]) : stale(part)));
  } catch {
    for (const part of parts) stale(part);
  }
}

function put(old, fresh) {
  old.removeAttribute("data-stale");
  for (const kept of old.querySelectorAll("[data-keep][id]")) {
    fresh.querySelector(`#${CSS.escape(kept.id)}`)?.replaceWith(kept.cloneNode(true));
  }
  if (fresh.innerHTML === old.innerHTML) return;
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const href = focused && focused.getAttribute("href");
  old.replaceChildren(...fresh.childNodes);
  if (href) old.querySelector(`a[href="${CSS.escape(href)}"]`)?.focus();
}

// Old figures must not pass for fresh ones.
function stale(part) {
  if (part.hasAttribute("data-stale")) return;
  part.setAttribute("data-stale", "");
  const note = document.createElement("p");
  note.className = "notice notice--warning";
  note.setAttribute("role", "status");
  note.textContent = "This page can't be brought up to date just now. Reload it, or sign in again.";
  part.prepend(note);
}
