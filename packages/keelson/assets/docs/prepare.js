/*
 * Runs before the reference, so that it works under a policy without 'unsafe-inline' and 'unsafe-eval': styles
 * that scripts make carry the nonce of this answer, style attributes are set the way the policy permits, and the
 * validator that it contains does not try whether it could compile code.
 */
(() => {
  const { nonce } = document.currentScript;
  const withNonce = (element) => {
    if (element instanceof HTMLStyleElement) element.nonce = nonce;
    return element;
  };
  const { createElement, createElementNS } = Document.prototype;
  Document.prototype.createElement = function (...args) {
    return withNonce(createElement.apply(this, args));
  };
  Document.prototype.createElementNS = function (...args) {
    return withNonce(createElementNS.apply(this, args));
  };
  const { setAttribute } = Element.prototype;
  Element.prototype.setAttribute = function (name, value) {
    if (String(name).toLowerCase() === "style" && this.style) this.style.cssText = value;
    else setAttribute.call(this, name, value);
  };
  // Highlighted code comes as text with the number of its lines in a style attribute.
  const counts = / style="(--line-count: \d+; --line-digits: \d+;)"/;
  const { get, set } = Object.getOwnPropertyDescriptor(Element.prototype, "innerHTML");
  Object.defineProperty(Element.prototype, "innerHTML", {
    configurable: true,
    enumerable: true,
    get,
    set(html) {
      const [, style] = counts.exec(html) ?? [];
      set.call(this, style === undefined ? html : String(html).replace(counts, ""));
      if (style !== undefined) this.firstElementChild?.setAttribute("style", style);
    },
  });
  globalThis.__zod_globalConfig = { jitless: true };
})();
