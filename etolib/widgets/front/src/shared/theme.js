// The colours of the page, and when they change: by its own switch, by JupyterLab's theme or by the system's.

/** Return the value of a CSS variable of an element. */
export function colour(element, name) {
  return getComputedStyle(element).getPropertyValue(name).trim() || '#808080';
}

/** Return a colour that lets what lies below shine through. */
export function clear(value, share) {
  if (/^#[0-9a-f]{6}$/i.test(value)) return value + Math.round(share * 255).toString(16).padStart(2, '0');
  return `color-mix(in srgb, ${value} ${share * 100}%, transparent)`;
}

/** Call back when the theme around an element may have changed; return what ends it. */
export function onTheme(element, callback) {
  const seen = new MutationObserver(callback);
  for (let one = element; one; one = one.parentElement) {
    seen.observe(one, { attributes: true, attributeFilter: ['class', 'data-theme', 'data-jp-theme-light'] });
  }
  const system = matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', callback);
  return () => {
    seen.disconnect();
    system.removeEventListener('change', callback);
  };
}
