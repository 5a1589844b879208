// The survey widget: one question at a time in a shadow root. No cookie, nothing stored before the visitor acts, nothing from elsewhere.
(() => {
  const script = document.currentScript, host = new URL(script.src).origin, name = script.dataset.survey;
  const memory = "servicemeter-" + name;
  const remembers = () => { try { return localStorage.getItem(memory); } catch { return null; } };
  const remember = what => { try { localStorage.setItem(memory, what); } catch { /* a private window: nothing is kept */ } };
  const tell = (path, said) => fetch(host + path, {
    method: "POST", body: JSON.stringify(said), headers: {"Content-Type": "text/plain"}, credentials: "omit", referrerPolicy: "no-referrer",
  });
  const make = (tag, set = {}, ...inside) => {
    const element = Object.assign(document.createElement(tag), set);
    element.append(...inside);
    return element;
  };
  const style = `
    :host{all:initial}
    *{box-sizing:border-box}
    section{position:fixed;right:16px;bottom:16px;z-index:2147483000;width:min(360px,calc(100vw - 32px));max-height:calc(100vh - 32px);
      overflow:auto;padding:16px;background:#fff;color:#1c1d1f;border:1px solid #767b85;border-radius:12px;
      font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;box-shadow:0 8px 32px #0003}
    h2{font-size:17px;line-height:1.3;margin:0 48px 8px 0}
    fieldset{border:0;margin:0 0 12px;padding:0;min-width:0}
    legend{padding:0;margin-bottom:8px;font-weight:600}
    .row{display:flex;flex-wrap:wrap;gap:6px}
    .list{display:grid;gap:6px}
    label{display:flex;gap:8px;align-items:center;min-height:36px;padding:4px 10px;border:1px solid #767b85;border-radius:8px;cursor:pointer}
    .row label{position:relative;flex:0 0 40px;justify-content:center;padding:0;min-height:40px}
    .row input{position:absolute;inset:0;width:100%;height:100%;margin:0;opacity:0;cursor:pointer}
    .list input{width:24px;height:24px;margin:0;flex:none}
    label:has(:checked){background:#2456c9;border-color:#2456c9;color:#fff;font-weight:700;text-decoration:underline}
    label:has(:focus-visible),button:focus-visible,textarea:focus-visible{outline:3px solid #b97f00;outline-offset:2px}
    .ends{display:flex;justify-content:space-between;gap:16px;margin:6px 0 0;font-size:13px;color:#5a5e66}
    textarea,[type=text]{font:inherit;color:inherit;background:inherit;width:100%;border:1px solid #767b85;border-radius:8px;padding:6px 10px}
    button{font:inherit;font-weight:600;min-height:40px;padding:6px 20px;border:0;border-radius:8px;background:#2456c9;color:#fff;cursor:pointer}
    .close{position:absolute;top:8px;right:8px;width:40px;padding:0;background:none;color:inherit;font-size:20px}
    p{margin:0 0 8px}
    @media (prefers-color-scheme:dark){
      section{background:#1b1d20;color:#ececea}.ends{color:#a2a7b0}label:has(:checked),button{background:#8ab0ff;border-color:#8ab0ff;color:#131416}
      .close{background:none;color:inherit}
    }`;

  // Which questions an answer leads to.
  const leads = (question, score) => {
    const when = question.when;
    if (!when) return true;
    if (score === undefined) return false;
    if (when.options.length) return when.options.includes(score);
    return (when.low === null || +score >= when.low) && (when.high === null || +score <= when.high);
  };

  const field = (question, words) => {
    const box = make("fieldset", {}, make("legend", {textContent: question.ask}));
    if (question.type === "text") {
      const area = make("textarea", {name: question.name, rows: 3, maxLength: question.longest});
      area.setAttribute("aria-label", question.ask);
      box.append(area);
      return box;
    }
    const rating = question.type === "rating";
    const list = make("div", {className: rating ? "row" : "list"});
    for (const [value, said] of question.values) {
      const input = make("input", {type: question.type === "choices" ? "checkbox" : "radio", name: question.name, value});
      if (rating) input.setAttribute("aria-label", words.of.replace("{value}", value).replace("{most}", question.most) + (said ? ", " + said : ""));
      const text = make("span", {textContent: rating ? value : said});
      if (rating) text.setAttribute("aria-hidden", "true");
      list.append(make("label", {}, input, text));
      if (value === "other") {
        const other = make("input", {type: "text", name: question.name + "_other", maxLength: question.longest});
        other.setAttribute("aria-label", words.other_words);
        list.append(other);
      }
    }
    box.append(list);
    const ends = rating ? question.values.filter(v => v[1]) : [];
    if (ends.length) box.append(make("p", {className: "ends"}, ...[ends[0], ends[ends.length - 1]].map(e => make("span", {textContent: e[0] + " = " + e[1]}))));
    return box;
  };

  const open = ask => {
    const place = make("div"), root = place.attachShadow({mode: "open"});
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    root.adoptedStyleSheets = [sheet];
    const said = {}, words = ask.words, common = {stamp: ask.stamp, survey: name, page: location.pathname, customer: script.dataset.customer, language: ask.language};
    let before = null, isSeen = false;
    const status = make("p", {});
    status.setAttribute("role", "status");
    const form = make("form"), close = make("button", {type: "button", className: "close", textContent: "×"});
    close.setAttribute("aria-label", words.close);
    const section = make("section", {}, make("h2", {textContent: ask.title}), close, form, status);
    section.setAttribute("aria-label", ask.title);
    root.append(section);

    const leave = what => {
      remember(what);
      removeEventListener("pointerdown", look, true);
      removeEventListener("keydown", look, true);
      place.remove();
      if (before && before.focus) before.focus();
    };
    const see = () => {
      if (isSeen) return Promise.resolve(true);
      isSeen = true;
      return tell("/w/seen", common).then(r => r.ok);
    };
    // A hand moves on the site while the widget is on the screen: a person was asked.
    const look = event => {
      if (event.isTrusted && document.visibilityState === "visible") see().then(ok => ok || place.remove());
    };
    const steps = () => ask.questions.filter(q => leads(q, said.score));
    const show = question => {
      form.replaceChildren(field(question, words), make("button", {textContent: words.send}));
      form.dataset.question = question.name;
    };
    form.addEventListener("submit", async event => {
      event.preventDefault();
      const question = ask.questions.find(q => q.name === form.dataset.question), given = new FormData(form);
      const values = given.getAll(question.name).filter(Boolean);
      if (!values.length && question.name === "score") { status.textContent = words.required; return; }
      if (values.length) said[question.name] = question.type === "choices" ? values : values[0];
      const other = given.get(question.name + "_other");
      if (other) said[question.name + "_other"] = other;
      const next = steps()[steps().indexOf(question) + 1];
      await see();
      const answer = await tell("/w/answer", {...common, answer: said, whole: !next});
      const back = await answer.json().catch(() => ({}));
      status.textContent = answer.ok ? "" : back.says || words.too_often;
      if (!answer.ok) return;
      remember("answered");
      if (next) { show(next); form.querySelector("input,textarea").focus(); return; }
      form.replaceChildren();
      status.textContent = ask.thanks;
    });
    close.addEventListener("click", () => leave("closed"));
    section.addEventListener("keydown", event => { if (event.key === "Escape") leave("closed"); });
    section.addEventListener("focusin", event => { if (!before && event.relatedTarget) before = event.relatedTarget; });
    addEventListener("pointerdown", look, true);
    addEventListener("keydown", look, true);
    show(ask.questions[0]);
    document.body.append(place);
  };

  const start = async () => {
    if (!name || remembers()) return;
    const answer = await tell("/w/ask", {survey: name, page: location.pathname, customer: script.dataset.customer, language: document.documentElement.lang});
    if (!answer.ok) return;
    const ask = await answer.json();
    if (ask.ask) setTimeout(() => remembers() || open(ask), ask.after * 1000);
  };
  start().catch(() => { /* the survey's server is away: the site goes on without it */ });
})();
