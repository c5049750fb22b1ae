// Everything here is a convenience on top of forms and links: the pages work without it.
(() => {
  "use strict";
  const one = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  // A function, because replace reads $& and its like in a string as patterns, and names may contain them.
  const fill = (text, value) => text.replace("{}", () => value);

  // --- toasts ---------------------------------------------------------------------------------
  const toasts = one("#toasts");

  const narrow = matchMedia("(max-width: 640px)");

  // Shows a toast for a while, in ms, and gives it a button that closes it.
  function keepFor(toast, left, gone) {
    const close = document.createElement("button");
    close.type = "button";
    close.className = "close";
    close.setAttribute("aria-label", toasts.dataset.close);
    close.textContent = "×";
    close.addEventListener("click", () => toast.remove());
    toast.append(close);
    left ??= one("form, a", toast) ? 20000 : 8000; // longer with a button or a link
    const timer = setInterval(() => {
      if (!toast.isConnected) { clearInterval(timer); gone?.(); return; }
      if (document.hidden || !document.hasFocus() || toast.matches(":hover, :focus-within")) return;
      if ((left -= 500) <= 0) toast.remove();
    }, 500);
  }

  // A sentence with the names of a person and of a film or a list, for {} and {1}. Each is an element of its own, which keeps
  // the direction of its letters to itself.
  function sentence(text, ...names) {
    return text.split(/(\{1?\})/).map((part) => {
      if (part !== "{}" && part !== "{1}") return part;
      const isolated = document.createElement("bdi");
      isolated.textContent = names[part === "{}" ? 0 : 1];
      return isolated;
    });
  }

  // Returns what the newest toast with the same words shows how often, and removes that toast.
  function countEqual(toast) {
    const equal = all(".toast", toasts).find((other) => one("span", other).textContent === one("span", toast).textContent);
    if (!equal) return 1;
    equal.remove();
    return Number(equal.dataset.times || 1) + 1;
  }

  // text is a string or a sentence; keep is how long, in ms; undo.run is called instead of sending a form; gone is called when
  // the toast is gone.
  function show({ text, bad, undo, link, keep, gone }) {
    const toast = document.createElement("div");
    toast.className = bad ? "toast bad" : "toast";
    const words = document.createElement("span");
    words.append(...[text].flat());
    toast.append(words);
    const times = toast.dataset.times = countEqual(toast);
    if (times > 1) {
      const count = document.createElement("b");
      count.textContent = "×" + times;
      toast.append(count);
    }
    if (undo) {
      const form = document.createElement("form");
      form.method = "post";
      form.action = undo.action ?? "";
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name: undo.name, value: undo.value });
      const button = document.createElement("button");
      button.textContent = undo.label;
      form.append(field, button);
      if (undo.run) form.addEventListener("submit", (event) => { event.preventDefault(); undo.run(); toast.remove(); });
      toast.append(form);
    }
    if (link) {
      const a = document.createElement("a");
      a.href = link.to;
      a.textContent = link.label;
      toast.append(a);
    }
    toasts.append(toast);
    keepFor(toast, keep, gone);
    while (toasts.children.length > (narrow.matches ? 2 : 4)) toasts.firstElementChild.remove();
  }

  all(".toast", toasts).forEach((toast) => keepFor(toast));
  document.addEventListener("toast", (event) => show(event.detail));

  // What htmx sends gets no answer without a connection.
  for (const lost of ["htmx:sendError", "htmx:timeout"])
    document.addEventListener(lost, () => show({ text: toasts.dataset.offline, bad: true }));

  // --- the bell -------------------------------------------------------------------------------
  // In the bar at the top, and in the one at the bottom of phones.
  const bells = all("[data-bell]"), bell = bells[0];
  const short = (count) => count > 99 ? "99+" : String(count);
  const mark = (count) => count < 1 ? "" : "(" + short(count) + ") "; // in front of the title
  const title = bell && document.title.slice(mark(bell.dataset.unread).length);

  function setUnread(count) {
    for (const one of bells) {
      one.dataset.unread = count;
      one.setAttribute("aria-label", count < 1 ? one.dataset.label : fill(one.dataset.labelSome, count));
      const badge = one.querySelector("[data-count]");
      badge.hidden = count < 1;
      badge.dataset.count = short(count);
    }
    all("[data-unread-count]").forEach((number) => { number.textContent = count.toLocaleString(); });
    document.title = mark(count) + title;
  }

  const renew = () => fetch("/users/refresh", { method: "POST" }).catch(() => null); // when the access token expired

  async function askUnread() {
    const read = () => fetch("/notifications/inbox?limit=1&unread=true", { cache: "no-store", signal: AbortSignal.timeout(5000) }).catch(() => null);
    let answer = await read();
    if (answer && answer.status === 401 && (await renew())?.ok) answer = await read();
    if (answer && answer.ok) setUnread(Number(answer.headers.get("X-Unread-Count")));
    if (answer && answer.status === 429) setTimeout(update, 1000 * (Number(answer.headers.get("Retry-After")) || 5));
  }

  // Only the server counts: what was unread may have been read or replaced meanwhile, in another tab or on another device.
  // While an answer is under way, further calls ask once more in all.
  let asking = null, stale = false;
  function update() {
    stale = true;
    asking ??= (async () => {
      while (stale) { stale = false; await askUnread(); }
      asking = null;
    })();
    return asking;
  }

  // The title of the film or the list that a notification is about, null without one.
  async function titleOf({ movie_id: film, list_id: list }) {
    if (!film && !list) return null;
    const answer = await fetch(film ? "/movies/" + film : "/lists/" + list, { signal: AbortSignal.timeout(5000) }).catch(() => null);
    return answer?.ok ? (await answer.json()).title : null;
  }

  // What the inbox says of a notification, null when it does not have it: in the language of the page, while that of the
  // message is the one in the settings.
  async function toldInInbox({ id }) {
    const answer = await fetch("/inbox", { signal: AbortSignal.timeout(5000) }).catch(() => null);
    if (!answer?.ok) return null;
    const inbox = new DOMParser().parseFromString(await answer.text(), "text/html");
    return one(`[data-notice="${id}"]`, inbox)?.textContent.trim();
  }

  async function receive(notice) {
    bell.dataset.seq = Math.max(notice.seq, bell.dataset.seq);
    const ours = bell.dataset[notice.type];
    const [title, told] = await Promise.all([titleOf(notice), ours ? null : toldInInbox(notice), update()]);
    const who = notice.actor ? notice.actor.username : bell.dataset.gone;
    const about = title && bell.dataset[notice.type + "About"];
    const said = about ? about.replace("{0}", bell.dataset.who) : ours;
    if (notice.comment_id) document.dispatchEvent(new CustomEvent("commented", { detail: notice.review_id }));
    // The inbox keeps it, so the toast may go soon.
    show({ text: said ? sentence(said, who, title) : told || notice.message, link: { to: "/inbox/open/" + notice.id, label: bell.dataset.open }, keep: 6000 });
  }

  // Close codes after which the socket stays closed: the session ended (4003), another tab took over (4009).
  const finalCodes = new Set([4003, 4009]);
  let tries = 0;

  function listen() {
    const scheme = location.protocol === "https:" ? "wss://" : "ws://";
    const socket = new WebSocket(scheme + location.host + "/notifications?since=" + bell.dataset.seq);
    socket.onopen = () => { tries = 0; };
    socket.onmessage = (event) => receive(JSON.parse(event.data));
    socket.onclose = async (event) => {
      if (finalCodes.has(event.code)) return;
      if (event.code === 4001) { // the access token expired; refresh it
        if ((await renew())?.status === 401) return;
      }
      const wait = Math.min(60000, 1000 * 2 ** tries++);
      setTimeout(listen, wait / 2 + Math.random() * wait / 2);
    };
  }
  if (bell) {
    listen();
    window.addEventListener("pageshow", (event) => { if (event.persisted) update(); }); // from the back-forward cache
    document.addEventListener("visibilitychange", () => { if (!document.hidden) update(); });
    const tabs = new BroadcastChannel("bell");
    tabs.onmessage = () => { if (!document.hidden) update(); };
    tabs.postMessage("page loaded"); // it may have marked notifications as read

    // One entry is marked as read on the page, so that the focus goes on to the next one.
    document.addEventListener("submit", async (event) => {
      const form = event.target;
      if (form.dataset.read === undefined) return;
      event.preventDefault();
      const answer = await fetch(form.action, {
        method: "POST", body: new URLSearchParams(new FormData(form)), headers: { "HX-Request": "true" },
      }).catch(() => null);
      if (!answer?.ok || answer.headers.get("HX-Redirect")?.startsWith("/users/")) { // to renew the session
        form.submit();
        return;
      }
      const row = form.closest("li"), focused = form.contains(document.activeElement);
      const buttons = all("[data-read] button"), next = buttons[buttons.indexOf(one("button", form)) + 1];
      row.classList.remove("unread");
      form.remove();
      if (focused) (next ?? one("a", row) ?? one("#main")).focus();
      tabs.postMessage("read");
      update();
    });
  }

  // --- comments ---------------------------------------------------------------------------------
  // Adds to the number of comments in the heading.
  function recount(by) {
    const number = one("#comments-head b");
    if (number) number.textContent = (Number(number.textContent.replace(/\D/g, "")) + by).toLocaleString();
  }

  // A comment that is deleted goes from the page at once, and from the server when nobody wants it back.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-delete]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const row = link.closest("li");
    let settled = false;
    const settle = (work) => () => { if (!settled) { settled = true; work(); } };
    const restore = () => { row.hidden = false; recount(1); };
    const takeBack = () => { restore(); link.focus({ preventScroll: true }); };
    const remove = settle(async () => {
      removeEventListener("pagehide", remove);
      const answer = await fetch(link.href, { method: "POST", keepalive: true, headers: { "HX-Request": "true" } }).catch(() => null);
      if (answer?.headers.get("HX-Redirect")?.startsWith("/users/")) { location.href = link.href; return; } // the session ended
      if (answer?.ok) { row.remove(); return; }
      restore();
      show({ text: toasts.dataset.offline, bad: true });
    });
    addEventListener("pagehide", remove);
    row.hidden = true;
    recount(-1);
    // To the comment below or above: not into the form, where phones would open their keyboard.
    const rows = all(".comment", row.parentElement), at = rows.indexOf(row);
    const next = [...rows.slice(at + 1), ...rows.slice(0, at).reverse()].find((other) => !other.hidden && one("a", other));
    (next ? one("a", next) : one("#main")).focus({ preventScroll: true });
    show({ text: link.dataset.said, keep: 7000, gone: remove, undo: { label: link.dataset.undo, run: settle(takeBack) } });
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
    event.target.closest?.(".comment-form")?.requestSubmit();
  });

  // New comments wait behind a button, because what somebody reads must not move.
  const talk = one(".comment-list[data-review]");
  function offerComments() {
    if (one(".new-comments")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button small new-comments";
    button.textContent = talk.dataset.some;
    button.addEventListener("click", async () => {
      const after = all(".comment", talk).at(-1)?.id.slice("comment-".length) ?? 0;
      await htmx.ajax("GET", "/review/" + talk.dataset.review + "/comments?after=" + after, { target: talk, swap: "beforeend" });
      button.remove();
    });
    talk.after(button);
  }
  if (talk) {
    document.addEventListener("commented", (event) => { if (String(event.detail) === talk.dataset.review) offerComments(); });
    // The socket tells of comments only those whom they are for.
    const ask = async () => {
      if (document.hidden || one(".new-comments")) return;
      const answer = await fetch("/reviews/" + talk.dataset.review + "/comments?sort=-id&limit=1").catch(() => null);
      const [last] = answer?.ok ? await answer.json() : [];
      if (last && last.id > Number(talk.dataset.newest) && !document.getElementById("comment-" + last.id)) offerComments();
    };
    setInterval(ask, 30000);
    document.addEventListener("visibilitychange", ask);
  }

  // --- the theme ------------------------------------------------------------------------------
  const themes = all("[data-themes]"); // in the menu and at the end of the page
  themes.forEach((form) => form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button) return;
    event.preventDefault();
    const root = document.documentElement;
    if (button.value) root.dataset.theme = button.value; else delete root.dataset.theme;
    one('meta[name="color-scheme"]').content = button.value || "light dark";
    themes.flatMap((f) => all("button", f)).forEach((b) => b.setAttribute("aria-pressed", b.value === button.value));
    all('meta[name="theme-color"]').forEach((meta) => { meta.content = getComputedStyle(document.body).backgroundColor; });
    fetch(form.action, { method: "POST", body: new URLSearchParams({ theme: button.value }) });
  }));

  // --- menus close by Escape and by a click elsewhere -----------------------------------------
  document.addEventListener("click", (event) => {
    all("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    all("details.menu[open]").forEach((menu) => { menu.open = false; one("summary", menu).focus(); });
  });

  document.addEventListener("focusout", (event) => {
    all("details.menu[open]").forEach((menu) => {
      if (menu.contains(event.target) && event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
    });
  });

  // --- pages of somebody else are not shown again ----------------------------------------------
  // The back-forward cache keeps pages as they were, also after signing out in this tab or another.
  const viewer = one("#main").dataset.viewer;
  const store = (work) => { try { return work(localStorage); } catch { return null; } }; // it may be switched off
  store((kept) => kept.setItem("viewer", viewer));
  window.addEventListener("pageshow", (event) => {
    if (event.persisted && store((kept) => kept.getItem("viewer") ?? viewer) !== viewer) location.reload();
  });

  // --- the focus stays in a list that goes on ---------------------------------------------------
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const more = detail.target;
    if (!more.matches(".more") || !more.contains(document.activeElement)) return;
    const last = more.previousElementSibling, list = more.parentElement;
    document.addEventListener("htmx:afterSwap", () => {
      const next = last ? last.nextElementSibling : list.firstElementChild;
      if (next) one("a, button", next)?.focus();
    }, { once: true });
  });

  // --- stars chosen while an answer was under way stay: an answer of their own follows ------------
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const { elt, parameters } = detail.requestConfig;
    if (!elt.matches(".rate") || parameters.remove) return;
    if (one("input:checked", elt)?.value !== parameters.rating) detail.shouldSwap = false;
  });
  // The moment between the swap and htmx knowing the new form is long enough for a key.
  document.addEventListener("htmx:afterSettle", () => {
    const chosen = one("form.rate input:checked");
    if (chosen && !chosen.defaultChecked) chosen.dispatchEvent(new Event("change", { bubbles: true }));
  });

  // --- the open tab is in view ---------------------------------------------------------------
  all(".tabbar [aria-current]").forEach((tab) => {
    const bar = tab.parentElement;
    bar.scrollLeft = tab.offsetLeft - bar.offsetLeft - (bar.clientWidth - tab.offsetWidth) / 2;
  });

  // --- arrows beside a shelf, for a mouse without a wheel to the side ----------------------------
  all(".shelf").forEach((shelf) => {
    const arrow = (sign, label) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "arrow " + (sign < 0 ? "back" : "forth");
      button.textContent = label;
      button.tabIndex = -1; // with the keyboard the links themselves scroll the shelf
      button.setAttribute("aria-hidden", "true");
      button.addEventListener("click", () => shelf.scrollBy({ left: sign * shelf.clientWidth * 0.8, behavior: "smooth" }));
      shelf.after(button);
      return button;
    };
    const back = arrow(-1, "‹"), forth = arrow(1, "›");
    const update = () => {
      back.hidden = shelf.scrollLeft < 8;
      forth.hidden = shelf.scrollLeft + shelf.clientWidth > shelf.scrollWidth - 8;
    };
    shelf.addEventListener("scroll", update, { passive: true });
    addEventListener("resize", update);
    update();
  });

  // --- the button of a section of the settings stands out once something in it has changed ------
  document.addEventListener("input", ({ target }) => { if (target.closest(".settings")) target.form?.classList.add("changed"); });

  // --- previews of chosen images --------------------------------------------------------------
  const mostBytes = 5 * 1024 * 1024;
  all("[data-upload]").forEach((field) => {
    const input = one("input[type=file]", field);
    const preview = one("[data-preview]", field);
    const says = one(".error", field);
    const before = [...preview.childNodes];
    input.addEventListener("change", () => {
      const file = input.files[0];
      const large = file && file.size > mostBytes;
      field.classList.toggle("bad", Boolean(large));
      says.textContent = large ? field.dataset.tooLarge : "";
      if (large) input.value = "";
      if (!file || large) { preview.replaceChildren(...before); return; }
      const image = new Image();
      image.alt = "";
      image.src = URL.createObjectURL(file);
      image.onload = () => URL.revokeObjectURL(image.src);
      preview.replaceChildren(image);
    });
  });

  // --- the length of a text -------------------------------------------------------------------
  // Not by maxlength: it counts UTF-16 units and cuts what is pasted. The server counts characters in NFC.
  const space = /\p{White_Space}/u;

  function lengthOf(field) {
    const chars = [...field.value.normalize("NFC")];
    let from = 0, to = chars.length;
    if (field.type !== "password") {
      while (from < to && space.test(chars[from])) from++;
      while (to > from && space.test(chars[to - 1])) to--;
    }
    return to - from;
  }

  const excess = (field) => Math.max(0, lengthOf(field) - Number(field.dataset.max));

  // Shows how long a text is, at a counted field always and elsewhere when it is too long.
  function count(field) {
    const over = excess(field);
    const counted = field.dataset.counted !== undefined;
    let says = field.nextElementSibling;
    if (!says || says.dataset.length === undefined) {
      if (!over && !counted) return;
      says = document.createElement("p");
      says.dataset.length = "";
      field.after(says);
    }
    if (over) field.setAttribute("aria-invalid", "true");
    else if (says.className === "error") field.removeAttribute("aria-invalid");
    says.className = over ? "error" : "counted";
    says.setAttribute("aria-live", over ? "polite" : "off");
    if (over) says.textContent = fill(one("#main").dataset.tooLong, over.toLocaleString());
    else if (counted) says.textContent = lengthOf(field).toLocaleString() + " / " + Number(field.dataset.max).toLocaleString();
    else says.remove();
  }

  document.addEventListener("input", (event) => { if (event.target.dataset.max) count(event.target); });
  all("[data-counted]").forEach(count);
  document.addEventListener("submit", (event) => {
    const long = all("[data-max]", event.target).find(excess);
    if (!long) return;
    event.preventDefault();
    count(long);
    long.focus();
  });

  // --- messages go as soon as their field is mended ---------------------------------------------
  // Whether the server may accept a field that it has refused. It checks everything again.
  function mended(field) {
    if (field.type === "file" || field.type === "radio" || field.type === "select-one") return field.value !== "";
    if (field.value === field.defaultValue || lengthOf(field) < (field.dataset.min || (field.required ? 1 : 0))) return false;
    if (field.inputMode === "numeric" && !/^\s*\p{Nd}+\s*$/u.test(field.value)) return false;
    return !field.dataset.max || !excess(field);
  }

  document.addEventListener("input", ({ target }) => {
    const box = target.closest(".field.bad, .row.bad, .upload");
    const said = box && one(".error:not([data-length])", box);
    if (!said || !said.textContent || !mended(target)) return;
    box.classList.remove("bad");
    [box, ...all("[aria-invalid]", box)].forEach((e) => e.removeAttribute("aria-invalid"));
    if (box.dataset.upload === undefined) said.remove(); else said.textContent = "";
    all("[data-mistakes] a").forEach((a) => { if (box.contains(one(a.hash))) a.parentElement.remove(); });
    all("[data-mistakes]").forEach((alert) => { if (!one("a", alert)) alert.remove(); });
  });

  // --- the films of a list are arranged by buttons and by dragging --------------------------------
  all("[data-arrange]").forEach((list) => {
    const says = one("[data-arranged]", list.closest("form"));
    const number = () => all("li", list).forEach((row, i) => { one("input", row).value = i + 1; });
    const tell = (row) => {
      number();
      const place = String(1 + all("li", list).indexOf(row));
      says.textContent = list.dataset.moved.replace("{0}", () => row.dataset.title).replace("{1}", place);
    };
    list.addEventListener("click", (event) => {
      const button = event.target.closest("button[name]");
      if (!button) return;
      event.preventDefault();
      const row = button.closest("li");
      if (button.name === "up") row.previousElementSibling?.before(row); else row.nextElementSibling?.after(row);
      tell(row);
      button.focus();
    });
    // A number that is typed is the place of its film.
    list.addEventListener("change", ({ target }) => {
      if (!target.name.startsWith("position.")) return;
      const row = target.closest("li"), others = all("li", list).filter((other) => other !== row);
      const typed = target.value.normalize("NFKC").trim(), focused = document.activeElement === target;
      if (!/^-?\d+$/.test(typed)) return;
      list.insertBefore(row, others[Math.max(0, Number(typed) - 1)] ?? null);
      tell(row);
      if (focused) target.focus();
    });
    all("li", list).forEach((row) => {
      const handle = document.createElement("span");
      handle.className = "handle";
      handle.textContent = "⠿";
      handle.setAttribute("aria-hidden", "true"); // the buttons do the same
      row.prepend(handle);
    });
    // The list has the pointer, because the row would lose it when it is moved.
    let held = null, pointer = null;
    const place = () => {
      const below = all("li", list).find((row) => {
        const box = row.getBoundingClientRect();
        return row !== held && box.top + box.height / 2 > pointer;
      });
      if (held.nextElementSibling !== (below ?? null)) list.insertBefore(held, below ?? null);
    };
    // The page goes on while the row is held at an edge of the window: the other end of the list may be out of view.
    const edge = 96; // pixels, more than the bars cover
    const follow = () => {
      if (!held) return;
      const by = pointer === null ? 0 : pointer < edge ? -1 : pointer > innerHeight - edge ? 1 : 0;
      if (by) { scrollBy(0, 12 * by); place(); }
      requestAnimationFrame(follow);
    };
    list.addEventListener("pointerdown", (event) => {
      if (!event.target.closest(".handle")) return;
      event.preventDefault();
      list.setPointerCapture(event.pointerId);
      held = event.target.closest("li");
      held.classList.add("held");
      pointer = null; // until it moves
      follow();
    });
    list.addEventListener("pointermove", (event) => {
      if (!held) return;
      pointer = event.clientY;
      place();
    });
    for (const end of ["pointerup", "pointercancel"]) list.addEventListener(end, () => {
      if (!held) return;
      held.classList.remove("held");
      tell(held);
      held = null;
    });
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
        if (input.id) input.id = input.name;
        ["aria-invalid", "aria-describedby", "autofocus"].forEach((name) => input.removeAttribute(name));
      });
      add.before(row);
      one("input", row).focus();
    });
  });

  // --- a file dropped anywhere on the page ----------------------------------------------------
  all("[data-drop]").forEach((field) => {
    const over = (on) => (event) => { event.preventDefault(); field.classList.toggle("over", on); };
    document.addEventListener("dragover", over(true));
    document.addEventListener("dragleave", over(false));
    document.addEventListener("drop", (event) => {
      over(false)(event);
      if (!event.dataTransfer.files.length) return;
      const input = one("input[type=file]", field);
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  });

  // --- what was typed when the session ended ----------------------------------------------------
  // A form that leads to the page for signing in is filled again afterwards: in the same tab, for the same member, and without
  // passwords and files. Any other page forgets it.
  const inTab = (work) => { try { return work(sessionStorage); } catch { return null; } }; // it may be switched off
  const written = (form) => [...form.elements].filter((f) => f.name && /^(text|search|email|number|date|url|textarea|select-one|checkbox|radio)$/.test(f.type));
  const ticked = (field) => field.type === "checkbox" || field.type === "radio";

  document.addEventListener("submit", ({ target: form }) => {
    const fields = form.method === "post" && form.closest("#main") ? written(form) : [];
    if (one("#main").dataset.viewer === "0" || !fields.some((f) => !ticked(f))) return;
    const typed = fields.map((f) => ({ name: f.name, value: f.value, on: f.checked }));
    inTab((tab) => tab.setItem("typed", JSON.stringify({ by: one("#main").dataset.viewer, to: form.getAttribute("action"), typed })));
  });

  function fillAgain(form, typed) {
    const taken = new Set();
    const fieldOf = ({ name, value }) => written(form).find((f) => f.name === name && !taken.has(f) && (!ticked(f) || f.value === value));
    for (const was of typed) {
      let field = fieldOf(was);
      const more = one("[data-add]", form);
      for (let i = 0; !field && was.value && more && i < 100; i++) { more.click(); field = fieldOf(was); }
      if (!field) continue;
      taken.add(field);
      if (ticked(field)) field.checked = was.on; else field.value = was.value;
      if (field.value !== field.defaultValue) field.closest("details")?.setAttribute("open", "");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  const unsent = inTab((tab) => JSON.parse(tab.getItem("typed")));
  if (unsent && one("[data-kept]")) {
    one("[data-kept]").hidden = false;
    inTab((tab) => tab.setItem("typed", JSON.stringify({ ...unsent, signedOut: true })));
  } else if (unsent) {
    inTab((tab) => tab.removeItem("typed"));
    const mine = unsent.signedOut && unsent.by === one("#main").dataset.viewer;
    const form = mine && all("#main form").find((f) => f.getAttribute("action") === unsent.to);
    if (form) {
      fillAgain(form, unsent.typed);
      show({ text: toasts.dataset.restored });
    }
  }

  // --- what is there to be copied -------------------------------------------------------------
  const copyable = (within) => all("[data-copy]:not(:has(button))", within).forEach((line) => {
    if (!navigator.clipboard) return;
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "button small quiet", textContent: line.dataset.copy });
    button.addEventListener("click", () => navigator.clipboard.writeText(one("code", line).textContent.trim())
      .then(() => show({ text: line.dataset.copied })));
    line.append(button);
  });
  copyable(document);
  document.addEventListener("htmx:load", (event) => copyable(event.target.parentNode ?? document));

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
