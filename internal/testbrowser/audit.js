// The value of this script is the list of what is wrong with the page that it runs in.
(() => {
  const found = [];
  const name = (e) => `<${e.tagName.toLowerCase()}${e.id ? " id=" + e.id : ""}>`;
  const seen = (e) => e.getClientRects().length > 0 && getComputedStyle(e).visibility === "visible" && e.checkVisibility();

  if (!document.documentElement.lang) found.push("the page has no language");
  if (!document.title.trim()) found.push("the page has no title");
  const headings = document.querySelectorAll("h1").length;
  if (headings !== 1) found.push(`the page has ${headings} first headings`);
  if (document.querySelectorAll("main").length !== 1) found.push("the page has no main part, or several");
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i))) found.push(`id ${id} is there twice`);

  for (const e of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    const named = [...e.labels].some((l) => l.innerText.trim()) || e.ariaLabel || e.getAttribute("aria-labelledby");
    if (seen(e) && !named) found.push(`${name(e)} has no label`);
  }
  for (const e of document.querySelectorAll("button, a[href]")) {
    if (seen(e) && !e.innerText.trim() && !e.ariaLabel) found.push(`${name(e)} has no name`);
  }
  for (const e of document.querySelectorAll("img")) {
    if (!e.hasAttribute("alt")) found.push(`${name(e)} has no alternative text`);
  }
  for (const attribute of ["aria-labelledby", "aria-describedby", "for"]) {
    for (const e of document.querySelectorAll(`[${attribute}]`)) {
      for (const id of e.getAttribute(attribute).split(/\s+/)) {
        if (!document.getElementById(id)) found.push(`${attribute} of ${name(e)} names nothing: ${id}`);
      }
    }
  }

  // Who speaks to the browser says what can be read.
  const plain = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim();
  for (const e of document.querySelectorAll("button[aria-label], a[aria-label], summary[aria-label]")) {
    if (seen(e) && !plain(e.ariaLabel).includes(plain(e.innerText))) found.push(`${name(e)} is called "${e.ariaLabel}" and reads "${e.innerText}"`);
  }
  for (const e of document.querySelectorAll("a[href], button, summary, select, input:not([type=hidden])")) {
    const box = e.getBoundingClientRect();
    const inText = getComputedStyle(e).display === "inline" && [...e.parentElement.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.data.trim());
    const within = e.closest("label");
    if (seen(e) && Math.min(box.width, box.height) < 23.9 && !inText && !within && !e.matches(".skip")) found.push(`${name(e)} "${e.innerText}" is ${box.width} by ${box.height} pixels`);
  }
  const marks = {};
  const called = (e) => e.ariaLabel || (e.getAttribute("aria-labelledby") || "").split(/\s+/).map((id) => document.getElementById(id)?.innerText).join(" ");
  for (const e of document.querySelectorAll("nav, section, form, [role=region], [role=search]")) {
    const role = e.getAttribute("role") || { NAV: "navigation", SECTION: "region", FORM: "form" }[e.tagName];
    const label = called(e).trim();
    if (role !== "navigation" && !label) continue;
    const mark = `${role} "${label}"`;
    if (marks[mark]) found.push(`${mark} is there twice`);
    marks[mark] = true;
  }
  for (const e of document.querySelectorAll("figure[role], table[role], main[role]")) found.push(`${name(e)} has a role that it may not have`);

  // Colours as [red, green, blue, alpha], the first three from 0 to 1 and linear.
  const colour = (text) => {
    const n = text.match(/[\d.]+/g).map(Number);
    const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return [...n.slice(0, 3).map((v) => linear(v / 255)), n.length > 3 ? n[3] : 1];
  };
  const luminance = ([r, g, b]) => 0.2126 * r + 0.7152 * g + 0.0722 * b;
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const c = colour(getComputedStyle(e).backgroundColor);
      if (c[3] > 0) return c;
    }
    return [1, 1, 1, 1];
  };
  const check = (e, style) => {
    const [a, b] = [luminance(colour(style.color)), luminance(ground(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const size = parseFloat(style.fontSize);
    const least = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
    if (ratio < least) found.push(`${name(e)} has a contrast of ${ratio.toFixed(2)}`);
  };
  for (const e of document.body.querySelectorAll("*")) {
    const text = [...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.data.trim());
    if (seen(e) && (text || e.matches("input, select, textarea"))) check(e, getComputedStyle(e));
  }

  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) found.push(`the page is ${wide} pixels wider than its window`);
  return found;
})();
