// The desk: pupils are looked for while the name is typed; Enter takes the first. The page works without it.
const form = document.querySelector("form[data-find]");

if (form) {
  const input = form.querySelector("input[type=search]");
  let asked = input.value.trim();
  let waiting = 0;
  let pending = Promise.resolve();

  const look = async () => {
    const wanted = input.value.trim();
    if (wanted === asked) return;
    asked = wanted;
    const found = document.getElementById("found");
    if (!wanted) {
      found.replaceChildren();
      return;
    }
    try {
      const answer = await fetch(`?q=${encodeURIComponent(wanted)}`, { headers: { "X-Rollbook-Find": "1" } });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      // An answer that comes after a newer question is old.
      if (wanted === asked) found.replaceChildren(...page.getElementById("found").childNodes);
    } catch {
      asked = "";
    }
  };

  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      pending = look();
    }, 150);
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    await pending;
    await look();
    const first = document.querySelector("#found a[href]");
    if (first) location.assign(first.href);
    else form.submit();
  });
  form.parentElement.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const stops = [input, ...document.querySelectorAll("#found a[href]")];
    const next = stops[stops.indexOf(document.activeElement) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
}
