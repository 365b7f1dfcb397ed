// The console works without this script: it adds copying, the live log, forms that show what they need and keep what is typed,
// and word of a sandbox that is away.
(() => {
  "use strict";
  const told = document.getElementById("told");
  const tell = (text) => {
    told.textContent = text;
  };

  const offerCopies = (within) => {
    for (const button of within.querySelectorAll("[data-copy]")) button.hidden = false;
  };
  offerCopies(document);
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const text = document.getElementById(button.dataset.copy).textContent;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
      tell("Copied");
    } catch {
      getSelection().selectAllChildren(document.getElementById(button.dataset.copy));
      button.textContent = "Selected";
      tell("Selected: copy with the keyboard");
    }
    setTimeout(() => {
      button.textContent = "Copy";
    }, 2000);
  });

  // After a form, the keyboard is where something was changed or has to be.
  const wrong = document.querySelector("[aria-invalid]");
  const notice = document.getElementById("notice");
  if (wrong) wrong.focus();
  else if (notice) {
    const place = location.hash && document.getElementById(location.hash.slice(1));
    (place || notice).focus();
    if (place && document.activeElement !== place) {
      place.tabIndex = -1;
      place.focus();
    }
  }

  // What is typed into a form is kept until the sandbox took it, through a reload and while the sandbox is away. Nothing is
  // kept that may be a secret.
  const recall = (key) => {
    try {
      return JSON.parse(sessionStorage.getItem(key)) || {};
    } catch {
      return {};
    }
  };
  const keep = (key, value) => {
    try {
      if (Object.keys(value).length > 0) sessionStorage.setItem(key, JSON.stringify(value));
      else sessionStorage.removeItem(key);
    } catch {} // this browser keeps nothing
  };
  const sent = recall("sent");
  keep("sent", {});
  if (notice && sent.key) {
    const typed = recall(sent.key);
    for (const name of sent.names) delete typed[name];
    keep(sent.key, typed);
  }
  const forms = {};
  for (const form of document.querySelectorAll("form[method=post]:not(.inline, [data-secret])")) {
    const action = new URL(form.getAttribute("action"), location).pathname;
    forms[action] = (forms[action] || 0) + 1;
    const key = `typed ${action} ${forms[action]}`;
    const fields = [...form.elements].filter((e) => e.name && !["hidden", "password", "file", "submit", "fieldset"].includes(e.type));
    const called = (e) => (e.type === "checkbox" ? `${e.name}=${e.value}` : e.name);
    const ticks = (e) => e.type === "checkbox" || e.type === "radio";
    const asItCame = (e) => (ticks(e) ? e.checked === e.defaultChecked : e.value === e.defaultValue);
    // put gives a field what was typed; false if it has that already, or cannot.
    const put = (e, was) => {
      const before = ticks(e) ? e.checked : e.value;
      if (ticks(e)) e.checked = e.type === "radio" ? e.checked || e.value === was : was;
      else if (!e.options || [...e.options].some((o) => o.value === was)) e.value = was;
      return before !== (ticks(e) ? e.checked : e.value);
    };
    const typed = recall(key);
    const back = fields.filter((e) => called(e) in typed && put(e, typed[called(e)])).length;
    const refused = form.querySelector("[aria-invalid], .wrong");
    form.addEventListener("input", ({ target: e }) => {
      if (!fields.includes(e)) return;
      const all = recall(key);
      all[called(e)] = e.type === "checkbox" ? e.checked : e.value;
      if (asItCame(e) && !refused) delete all[called(e)];
      keep(key, all);
    });
    form.addEventListener("submit", () => keep("sent", { key, names: fields.map(called) }));
    if (back === 0) continue;
    const line = document.createElement("p");
    line.className = "kept";
    line.append("What you typed here and did not send is back. ");
    const discard = document.createElement("button");
    discard.type = "button";
    discard.className = "small";
    discard.textContent = "Discard it";
    discard.addEventListener("click", () => {
      keep(key, {});
      form.reset();
      line.remove();
      fields[0].focus();
      tell("Discarded");
    });
    line.append(discard);
    form.prepend(line);
  }

  const code = document.getElementById("code-flow");
  if (code) {
    const show = () => {
      code.hidden = !document.getElementById("auth-code").checked;
    };
    for (const radio of document.querySelectorAll("[name=auth]")) radio.addEventListener("change", show);
    code.closest("form").addEventListener("reset", () => setTimeout(show));
    show();
  }

  // News of the server come to one tab, which tells the others: a browser gives a server few connections.
  const hearers = [];
  const hear = (news) => hearers.forEach((told) => told(news));
  const listen = () => {
    const ask = () => setInterval(async () => {
      let away = false;
      try {
        await fetch("/console/choices");
      } catch {
        away = true;
      }
      hear({ state: away ? "Not connected; trying again" : "Live, every two seconds", away });
    }, 2000);
    if (!window.EventSource || !window.BroadcastChannel || !navigator.locks) return ask();
    const channel = new BroadcastChannel("ringcx-console");
    let latest = null;
    channel.onmessage = (event) => {
      if (!event.data.asks) hear(event.data);
      else if (latest) channel.postMessage(latest);
    };
    channel.postMessage({ asks: true });
    const hold = () => new Promise(() => {
      const events = new EventSource("/console/requests/stream");
      const say = (news) => {
        latest = { ...latest, ...news };
        channel.postMessage(latest);
        hear(latest);
      };
      let opened = false;
      events.onopen = () => {
        opened = true;
        say({ state: "Live", away: false });
      };
      events.onmessage = (event) => say({ last: Number(event.data) });
      events.onerror = () => {
        if (events.readyState !== EventSource.CLOSED) return say({ state: "Not connected; trying again", away: true });
        if (opened) say({ away: false }); // it answers, and knows this page no more
        latest = null;
        ask();
      };
      addEventListener("pagehide", () => events.close());
    });
    navigator.locks.request("ringcx-console", hold).catch(ask);
  };

  // often runs a task that takes a while after each call, but never twice at a time nor without a pause.
  const often = (task, pause) => {
    let busy = false;
    let again = false;
    const run = async () => {
      again = busy || document.hidden;
      if (again) return;
      busy = true;
      try {
        await task();
      } catch {} // the server is away: the next news of it come when it is back
      setTimeout(() => {
        busy = false;
        if (again) run();
      }, pause);
    };
    document.addEventListener("visibilitychange", () => again && run());
    return run;
  };

  const log = document.getElementById("log");
  if (log && log.dataset.rows) {
    const most = 200;
    const live = document.getElementById("live");
    const pause = document.getElementById("pause");
    let last = Number(log.dataset.last);
    let latest = last;
    let state = "Live";
    let paused = false;
    let fresh = 0;
    const status = () => {
      live.textContent = paused ? `Paused, ${latest - last} waiting` : state;
    };
    const seen = (e) => {
      const box = e.getBoundingClientRect();
      return box.bottom > 0 && box.top < innerHeight;
    };
    // What one reads stays where it is: an entry that is open, else the first one if those above it cannot be seen.
    const add = (html) => {
      const rows = [...log.children];
      const open = rows.filter((row) => row.querySelector("details[open]"));
      const read = open.find(seen) || (rows[0] && rows[0].getBoundingClientRect().top < 0 && rows.find(seen));
      const before = read && read.getBoundingClientRect().top;
      log.insertAdjacentHTML("afterbegin", html);
      offerCopies(log);
      document.getElementById("none").hidden = log.children.length > 0;
      for (const row of [...log.children].reverse()) {
        if (log.children.length <= most) break;
        if (row !== read && !open.includes(row) && !row.contains(document.activeElement)) row.remove();
      }
      if (!read) return;
      const moved = () => read.getBoundingClientRect().top - before;
      scrollBy({ top: moved(), behavior: "instant" });
      if (moved() >= 1) {
        const main = document.getElementById("main");
        main.style.paddingBottom = `${parseFloat(getComputedStyle(main).paddingBottom) + moved()}px`;
        scrollBy({ top: moved(), behavior: "instant" });
      }
    };
    const refresh = often(async () => {
      if (paused) return;
      const answer = await fetch(`${log.dataset.rows}${log.dataset.rows.endsWith("?") ? "" : "&"}after=${last}`);
      const now = Number(answer.headers.get("X-Last"));
      if (!answer.ok || !answer.headers.has("X-Last") || now < last) {
        state = "The sandbox has changed: reload the page";
        return status();
      }
      const html = await answer.text();
      last = now;
      latest = Math.max(latest, now);
      status();
      if (!html.trim()) return;
      const count = log.children.length;
      add(html);
      fresh += Math.max(1, log.children.length - count);
    }, 400);
    hearers.push((news) => {
      state = news.state || state;
      latest = Math.max(latest, news.last || 0);
      status();
      if (!news.last || news.last !== last) refresh();
    });
    pause.hidden = false;
    pause.addEventListener("click", () => {
      paused = !paused;
      pause.textContent = paused ? "Go on" : "Pause";
      status();
      refresh();
    });
    setInterval(() => {
      if (fresh > 0) tell(`${fresh} new ${fresh === 1 ? "request" : "requests"}`);
      fresh = 0;
    }, 5000);
  }

  // Parts of a page that follow the log: they are drawn again, unless somebody is busy in them.
  const parts = [...document.querySelectorAll("[data-live]")];
  if (parts.length > 0) {
    let drawn = -1;
    let latest = 0;
    const redraw = often(async () => {
      const upto = latest;
      const answer = await fetch(location.pathname + location.search);
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of document.querySelectorAll("[data-live]")) {
        const now = page.getElementById(part.id);
        const busy = part !== document.activeElement && part.contains(document.activeElement);
        if (now && !busy && now.innerHTML !== part.innerHTML) part.innerHTML = now.innerHTML;
      }
      drawn = upto;
    }, 1000);
    hearers.push((news) => {
      latest = news.last || latest;
      if (!news.last || news.last !== drawn) redraw();
    });
  }

  // What can be chosen is looked for while one types.
  for (const input of document.querySelectorAll("input[data-choices]")) {
    const suggest = often(async () => {
      const answer = await fetch(`${input.dataset.choices}&find=${encodeURIComponent(input.value)}`);
      if (answer.ok && !answer.redirected) input.list.innerHTML = await answer.text();
    }, 200);
    input.addEventListener("input", suggest);
  }

  // A page of the console says when the sandbox is away, and when it is back.
  if (document.querySelector("nav")) {
    const line = document.getElementById("away");
    let gone = false;
    hearers.push(({ away }) => {
      if (away === undefined || away === gone) return;
      gone = away;
      line.textContent = gone ? "The sandbox does not answer. What you typed is kept." : "The sandbox is back. What you typed is kept. ";
      if (gone) return;
      const again = document.createElement("a");
      again.href = location.pathname + location.search.replace(/([?&])done=[^&]*&?/, "$1");
      again.textContent = "Reload the page";
      line.append(again);
    });
    listen();
  }
})();
