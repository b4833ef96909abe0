/* What the theme's own script makes of a page can be used without a mouse (WCAG 2.2, 2.1.1 and 1.3.1). */
(() => {
  let due = false;
  const tidy = () => {
    due = false;
    for (const each of document.querySelectorAll(".md-typeset__scrollwrap, .diagram, pre > code")) {
      if (each.scrollWidth > each.clientWidth) each.tabIndex = 0;
      else each.removeAttribute("tabindex");
    }
    // A button to copy is no navigation.
    for (const each of document.querySelectorAll("nav.md-code__nav:not([role])")) {
      each.setAttribute("role", "presentation");
    }
  };
  const later = () => {
    if (!due) requestAnimationFrame(tidy);
    due = true;
  };
  addEventListener("load", later);
  addEventListener("resize", later);
  document.addEventListener("change", later);
  document.addEventListener("toggle", later, true);
  new MutationObserver(later).observe(document.querySelector("article"), { childList: true, subtree: true });

  // The search draws itself into a shadow root at the end of the page: where a result is from is too pale
  // there (1.4.3), and the name of a result is not all that it shows (2.5.3).
  const improved = new WeakSet();
  const improve = () => {
    for (const { shadowRoot: root } of document.body.children) {
      if (!root || improved.has(root)) continue;
      improved.add(root);
      const style = document.createElement("style");
      style.textContent = '[id$="-path"] { color: rgb(var(--color-foreground) / 0.7); }';
      root.append(style);
      const name = () => {
        for (const each of root.querySelectorAll("[role=option][aria-labelledby]")) {
          each.removeAttribute("aria-labelledby");
        }
      };
      new MutationObserver(name).observe(root, { childList: true, subtree: true, attributeFilter: ["aria-labelledby"] });
      name();
    }
  };
  new MutationObserver(improve).observe(document.body, { childList: true });
  addEventListener("load", improve);
})();
