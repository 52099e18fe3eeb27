// A running roll call: a press ticks without leaving the page, and every few seconds the page shows what others
// have ticked. Without it each press sends the form and comes back to the same row.
const form = document.getElementById("roll-call");

if (form) {
  const by = (id) => document.getElementById(id);
  let after = form.dataset.after;
  let begun = performance.now() - Number(form.dataset.seconds) * 1000;
  let asking = false;

  const two = (number) => String(number).padStart(2, "0");
  const show = () => {
    const seconds = Math.floor((performance.now() - begun) / 1000);
    const minutes = Math.floor(seconds / 60);
    const hours = Math.floor(minutes / 60);
    by("rc-time").textContent = hours
      ? `${hours}:${two(minutes % 60)}:${two(seconds % 60)}`
      : `${minutes}:${two(seconds % 60)}`;
  };

  const trouble = (words) => {
    by("rc-trouble").textContent = words;
    by("rc-trouble").hidden = !words;
  };

  const missingItem = ([pupil, surname, forename, rest]) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    const name = document.createElement("b");
    const note = document.createElement("span");
    link.href = `#p${pupil}`;
    name.textContent = surname;
    note.className = "quiet";
    note.textContent = rest;
    link.append(name, `, ${forename}`);
    item.append(link, " ", note);
    return item;
  };

  const apply = (news) => {
    if (news.ended) {
      location.reload();
      return;
    }
    after = String(news.after);
    begun = performance.now() - news.seconds * 1000;
    for (const [pupil, state, said] of news.pupils) {
      const row = by(`p${pupil}`);
      if (!row) continue;
      row.dataset.state = state;
      row.querySelector(".rc__said").textContent = said;
    }
    by("rc-accounted").textContent = news.accounted;
    by("rc-total").textContent = news.total;
    by("rc-bar").max = news.total;
    by("rc-bar").value = news.accounted;
    for (const part of form.querySelectorAll(".rc__part")) {
      const done = part.querySelector("[data-done]");
      if (done) done.textContent = part.querySelectorAll("[data-state=here], [data-state=elsewhere]").length;
    }
    if (!news.pupils.length) return;
    by("rc-missing-list").replaceChildren(...news.missing.map(missingItem));
    by("rc-missing-count").textContent = news.missing.length;
    by("rc-missing").hidden = !news.missing.length;
    by("rc-said").textContent = `${news.accounted} of ${news.total} accounted for`;
  };

  const ask = async () => {
    if (asking || document.hidden) return;
    asking = true;
    try {
      const answer = await fetch(`${form.dataset.news}?after=${after}`, {
        headers: { "X-Rollbook-Refresh": "roll-call" },
      });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      apply(await answer.json());
      trouble("");
    } catch {
      trouble("No connection: the list may be out of date. Go on calling, and tick again when this line is gone.");
    }
    asking = false;
  };

  form.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (!button || button.name !== "tick") return;
    event.preventDefault();
    const body = new FormData(form);
    body.set("tick", button.value);
    body.set("after", "0");
    const row = button.closest(".rc__row");
    row.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body,
        headers: { "X-Requested-With": "fetch" },
      });
      if (answer.status === 422) trouble((await answer.json()).refused);
      else if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      else {
        apply(await answer.json());
        trouble("");
      }
    } catch {
      trouble("This tick is not saved: there is no connection. Press it again when this line is gone.");
    }
    row.removeAttribute("aria-busy");
  });

  show();
  setInterval(show, 1000);
  setInterval(ask, 4000);
}
