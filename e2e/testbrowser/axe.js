// The value of this script, called with whether only colours are looked at, is the list of what axe-core finds in the page
// that it runs in.
((colours) => axe.run(document, {
  runOnly: colours ? ["color-contrast", "link-in-text-block"] : ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  resultTypes: ["violations", "incomplete"],
}).then(({ violations, incomplete }) => {
  // What it cannot decide about colours is looked at, unless something that stays in its place while one scrolls is above it,
  // or it is part of a picture.
  const covered = (check) => /Overlap|PartiallyObscur|imgNode/.test(check.data?.messageKey || "");
  const undecided = incomplete
    .filter((rule) => rule.id === "color-contrast")
    .map((rule) => ({ ...rule, nodes: rule.nodes.filter((node) => !node.any.some(covered)) }));
  return [...violations, ...undecided].flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")}: ${[...node.any, ...node.all, ...node.none].map((check) => check.message).join("; ")}`));
}))
