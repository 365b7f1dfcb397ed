// find returns the sections that have all words of a query, those first that have them in their titles.
function find(query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const found = [];
  for (const section of pages) {
    const title = (section.page + " " + section.title).toLowerCase(), text = section.text.toLowerCase();
    let score = 0;
    for (const word of words) {
      const points = (section.title.toLowerCase().includes(word) ? 9 : title.includes(word) ? 4 : 0) + (text.includes(word) ? 1 : 0);
      if (points === 0) { score = -1; break; }
      score += points;
    }
    if (score > 0) found.push({section, score});
  }
  return found.sort((a, b) => b.score - a.score).slice(0, 40).map((f) => f.section);
}

// part is the text of a section around the first of the words.
function part(section, query) {
  const at = section.text.toLowerCase().indexOf(query.toLowerCase().split(/\s+/).filter(Boolean)[0]);
  const from = Math.max(0, at - 60);
  return (from > 0 ? "…" : "") + section.text.slice(from, from + 200);
}

if (typeof document !== "undefined") {
  const top = document.currentScript.dataset.top, input = document.getElementById("search"), list = document.getElementById("found");
  const show = () => {
    const found = find(input.value);
    list.hidden = input.value.trim() === "";
    document.querySelector("article").hidden = !list.hidden;
    list.replaceChildren();
    if (list.hidden) return;
    const count = document.createElement("h2");
    count.textContent = found.length === 0 ? "Nothing has all of these words" : "Found";
    list.append(count);
    for (const section of found) {
      const a = document.createElement("a"), p = document.createElement("p");
      a.href = top + section.at;
      a.textContent = section.page === section.title ? section.page : section.page + ": " + section.title;
      a.addEventListener("click", () => { input.value = ""; show(); });
      p.textContent = part(section, input.value);
      list.append(a, p);
    }
  };
  input.addEventListener("input", show);
  show();
}
