// The absence line: only the questions that go with the reason, and the code that follows, while the call goes on.
// Without it every question is there, and a button shows the code.
const form = document.querySelector("form[data-line]");

if (form) {
  const reasons = [...form.querySelectorAll("input[name=told]")];
  const asked = [...form.querySelectorAll("[data-reasons]")];
  const tests = [...form.querySelectorAll("[data-test]")];
  const somebody = form.querySelector("[data-somebody]");
  const chosen = () => reasons.find((radio) => radio.checked)?.value;

  const show = () => {
    const reason = chosen();
    for (const control of asked) {
      const field = control.closest(".field");
      const isFor = control.dataset.reasons.split(" ").includes(reason);
      field.hidden = !isFor && !field.classList.contains("field--error");
    }
    for (const test of tests) test.hidden = test.dataset.test !== reason;
    if (somebody) {
      const caller = form.querySelector("input[name=caller]:checked")?.value;
      somebody.hidden = caller !== "somebody" && !somebody.querySelector(".field--error");
    }
  };

  let waiting = 0;
  let asking = null;
  const look = async () => {
    asking?.abort();
    asking = new AbortController();
    const data = new FormData(form);
    data.set("act", "look");
    // The reason for a change is asked for when it is saved, not while one looks.
    if (data.has("because") && !data.get("because")) data.set("because", "-");
    try {
      const answer = await fetch(form.action, { method: "POST", body: data, signal: asking.signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.getElementById("proposal");
      if (answer.ok && found) document.getElementById("proposal").replaceChildren(...found.childNodes);
    } catch {
      // The code is worked out again when the form is saved.
    }
  };
  const lookSoon = () => {
    clearTimeout(waiting);
    const caller = form.querySelector("input[name=caller]");
    const isCallerKnown = !caller || form.querySelector("input[name=caller]:checked");
    if (chosen() && isCallerKnown) waiting = setTimeout(look, 200);
  };

  form.addEventListener("change", () => {
    show();
    lookSoon();
  });
  show();
  lookSoon();
}
