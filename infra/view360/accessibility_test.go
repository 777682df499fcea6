package main

// accessibility complains about what a reader with other eyes or hands meets: fields without a name, pictures without a
// text, headings that skip a level, regions that scroll but not by keyboard, and letters that are too faint (WCAG 2.2,
// 1.4.3: 4.5 to 1, or 3 to 1 for large ones).
const accessibility = `(() => {
  const found = [];
  const name = e => e.tagName.toLowerCase() + " " + (e.textContent || e.id || e.className.baseVal || e.className).trim().slice(0, 40);
  if (!document.documentElement.lang) found.push("no language");
  if (!document.title) found.push("no title");
  if (document.querySelectorAll("h1").length !== 1) found.push("not one h1");
  if (document.querySelectorAll("main").length !== 1) found.push("not one main");
  let level = 0;
  for (const h of document.querySelectorAll("h1, h2, h3, h4")) {
    const next = Number(h.tagName[1]);
    if (next > level + 1) found.push("heading skips a level: " + name(h));
    level = next;
  }
  for (const e of document.querySelectorAll("input:not([type=hidden]), select, textarea")) if (!e.labels.length) found.push("no label: " + e.outerHTML.slice(0, 80));
  for (const e of document.querySelectorAll("a, button")) if (!(e.textContent.trim() || e.getAttribute("aria-label"))) found.push("no text: " + e.outerHTML.slice(0, 80));
  for (const e of document.querySelectorAll("[role=img], img")) if (!(e.getAttribute("aria-label") || e.alt)) found.push("no description: " + e.outerHTML.slice(0, 80));
  for (const e of document.querySelectorAll("th")) if (!e.scope) found.push("no scope: " + name(e));
  for (const e of document.querySelectorAll("[tabindex]")) if (e.tabIndex > 0) found.push("out of order: " + name(e));

  const parse = c => (c.match(/[\d.]+/g) || [0, 0, 0, 0]).map(Number);
  const over = ([r, g, b, a = 1], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a)];
  const behind = e => e ? over(parse(getComputedStyle(e).backgroundColor), behind(e.parentElement)) : [255, 255, 255];
  const light = c => { const [r, g, b] = c.map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  while (texts.nextNode()) {
    const e = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !e.checkVisibility({ visibilityProperty: true }) || e.closest("script, option, .skip")) continue;
    const style = getComputedStyle(e);
    const svg = e.closest("svg");
    const box = svg && e.parentElement.querySelector("rect");
    const ground = box && getComputedStyle(box).fill !== "none" ? over(parse(getComputedStyle(box).fill), behind(svg)) : behind(svg || e);
    const [a, b] = [light(over(parse(svg ? style.fill : style.color), ground)), light(ground)].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    const large = parseFloat(style.fontSize) >= 24 || parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700;
    const complaint = "contrast " + ratio.toFixed(2) + ": " + name(e);
    if (ratio < (large ? 3 : 4.5) && !seen.has(complaint)) { seen.add(complaint); found.push(complaint); }
  }
  return found;
})()`
