// What the pages do beyond their forms and links. Everything here is a convenience: without it they work, plainly.
(() => {
  "use strict";
  const one = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];

  // --- toasts ---------------------------------------------------------------------------------
  const toasts = one("#toasts");

  function keepFor(toast) {
    const close = document.createElement("button");
    close.type = "button";
    close.className = "close";
    close.setAttribute("aria-label", toasts.dataset.close);
    close.textContent = "×";
    close.addEventListener("click", () => toast.remove());
    toast.append(close);
    let left = toast.querySelector("form, a") ? 20000 : 8000; // who has something to press gets longer
    setInterval(() => {
      if (document.hidden || toast.matches(":hover, :focus-within")) return;
      if ((left -= 500) <= 0) toast.remove();
    }, 500);
  }

  function show({ text, bad, undo, link }) {
    const toast = document.createElement("div");
    toast.className = bad ? "toast bad" : "toast";
    const words = document.createElement("span");
    words.textContent = text;
    toast.append(words);
    if (undo) {
      const form = document.createElement("form");
      form.method = "post";
      form.action = undo.action;
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name: undo.name, value: undo.value });
      const button = document.createElement("button");
      button.textContent = undo.label;
      form.append(field, button);
      toast.append(form);
    }
    if (link) {
      const a = document.createElement("a");
      a.href = link.to;
      a.textContent = link.label;
      toast.append(a);
    }
    toasts.append(toast);
    keepFor(toast);
    while (toasts.children.length > 4) toasts.firstElementChild.remove();
  }

  all(".toast", toasts).forEach(keepFor);
  document.addEventListener("toast", (event) => show(event.detail));

  // --- the bell -------------------------------------------------------------------------------
  const bell = one("[data-bell]");

  function ring(count) {
    bell.dataset.unread = count;
    const badge = one("[data-count]", bell);
    badge.hidden = count < 1;
    badge.textContent = count > 99 ? "99+" : count;
    one("[data-words]", bell).textContent = count < 1 ? bell.dataset.label : bell.dataset.labelSome.replace("{}", count);
  }

  function hear(notice) {
    bell.dataset.seq = Math.max(notice.seq, bell.dataset.seq);
    ring(Number(bell.dataset.unread) + 1);
    const who = notice.actor ? notice.actor.username : bell.dataset.gone;
    const said = notice.type === "follow" ? bell.dataset.follow : bell.dataset.like;
    const to = notice.type === "follow" ? notice.actor && "/member/" + notice.actor.id : notice.review_id && "/review/" + notice.review_id;
    show({ text: said.replace("{}", who), link: { to: to || "/inbox", label: bell.dataset.open } });
  }

  // What the service says by closing: another tab took the place (4009), the session ended (4003).
  const forGood = new Set([4003, 4009]);
  let tries = 0;

  function listen() {
    const scheme = location.protocol === "https:" ? "wss://" : "ws://";
    const socket = new WebSocket(scheme + location.host + "/notifications?since=" + bell.dataset.seq);
    socket.onopen = () => { tries = 0; };
    socket.onmessage = (event) => hear(JSON.parse(event.data));
    socket.onclose = async (event) => {
      if (forGood.has(event.code)) return;
      if (event.code === 4001) { // the access token ran out; the refresh token may not have
        const renewed = await fetch("/users/refresh", { method: "POST" }).catch(() => null);
        if (renewed && renewed.status === 401) return;
      }
      const wait = Math.min(60000, 1000 * 2 ** tries++);
      setTimeout(listen, wait / 2 + Math.random() * wait / 2);
    };
  }
  if (bell && "WebSocket" in window) listen();

  // --- the theme ------------------------------------------------------------------------------
  const themes = one("[data-themes]");
  if (themes) themes.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button) return;
    event.preventDefault();
    const root = document.documentElement;
    if (button.value) root.dataset.theme = button.value; else delete root.dataset.theme;
    one('meta[name="color-scheme"]').content = button.value || "light dark";
    all("button", themes).forEach((b) => b.setAttribute("aria-pressed", b === button));
    fetch(themes.action, { method: "POST", body: new URLSearchParams({ theme: button.value }) });
  });

  // --- menus close by Escape and by a click elsewhere -----------------------------------------
  document.addEventListener("click", (event) => {
    all("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    all("details.menu[open]").forEach((menu) => { menu.open = false; one("summary", menu).focus(); });
  });

  // --- previews of chosen images --------------------------------------------------------------
  const mostBytes = 5 * 1024 * 1024;
  all("[data-upload]").forEach((field) => {
    const input = one("input[type=file]", field);
    const preview = one("[data-preview]", field);
    const says = one("[data-says]", field);
    const before = { nodes: [...preview.childNodes], says: says.textContent };
    input.addEventListener("change", () => {
      const file = input.files[0];
      const large = file && file.size > mostBytes;
      field.classList.toggle("bad", Boolean(large));
      says.className = large ? "error" : "hint";
      says.textContent = large ? field.dataset.tooLarge : before.says;
      if (large) input.value = "";
      if (!file || large) { preview.replaceChildren(...before.nodes); return; }
      const image = new Image();
      image.alt = "";
      image.src = URL.createObjectURL(file);
      image.onload = () => URL.revokeObjectURL(image.src);
      preview.replaceChildren(image);
    });
  });

  // --- how much may still be written ----------------------------------------------------------
  all("[data-counted]").forEach((area) => {
    const count = document.createElement("p");
    count.className = "counted";
    count.setAttribute("aria-hidden", "true");
    area.after(count);
    const say = () => { count.textContent = [...area.value].length.toLocaleString() + " / " + Number(area.maxLength).toLocaleString(); };
    area.addEventListener("input", say);
    say();
  });

  // --- rows of the cast -----------------------------------------------------------------------
  all("[data-rows]").forEach((rows) => {
    const add = one("[data-add]", rows);
    add.hidden = false;
    add.addEventListener("click", () => {
      const present = all("[data-row]", rows);
      const row = present.at(-1).cloneNode(true);
      row.classList.remove("bad");
      all(".error", row).forEach((e) => e.remove());
      all("input", row).forEach((input) => {
        input.value = "";
        input.name = input.name.replace(/\d+$/, present.length);
      });
      add.before(row);
      one("input", row).focus();
    });
  });

  // --- forms are sent once --------------------------------------------------------------------
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.dataset.themes !== undefined) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 5000);
  });
  window.addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => delete form.dataset.sent));
})();
