// The value of this script is the list of what is wrong with the page that it runs in, of what axe-core does not look at.
(() => {
  const found = [];
  const name = (e) => `<${e.tagName.toLowerCase()}${e.id ? " id=" + e.id : ""}>`;

  const headings = document.querySelectorAll("h1").length;
  if (headings > 1) found.push(`the page has ${headings} first headings`);
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i))) found.push(`id ${id} is there twice`);
  for (const attribute of ["aria-labelledby", "aria-describedby", "for"]) {
    for (const e of document.querySelectorAll(`[${attribute}]`)) {
      for (const id of e.getAttribute(attribute).split(/\s+/)) {
        if (!document.getElementById(id)) found.push(`${attribute} of ${name(e)} names nothing: ${id}`);
      }
    }
  }
  for (const e of document.querySelectorAll("figure[role], table[role], main[role]")) found.push(`${name(e)} has a role that it may not have`);

  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) found.push(`the page is ${wide} pixels wider than its window`);
  return found;
})();
