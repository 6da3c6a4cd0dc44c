// Hands on the chart: the wheel, two fingers, one finger along the days.

/** Let the wheel zoom about the pointer; a page that scrolls past below a resting pointer is not held up. */
export function onWheel(over, zoom, zoomed) {
  let meant = false;
  const scrolled = () => { meant = false; };
  over.addEventListener('pointermove', (event) => { if (event.movementX || event.movementY) meant = true; });
  over.addEventListener('wheel', (event) => {
    if (!event.deltaY || !(meant || event.ctrlKey)) return;
    if (event.deltaY > 0 && !zoomed()) return; // nothing further out: the page scrolls
    event.preventDefault();
    zoom(event.deltaY < 0 ? 0.8 : 1.25, event.offsetX / over.clientWidth);
  }, { passive: false });
  window.addEventListener('scroll', scrolled, { capture: true, passive: true });
  return () => window.removeEventListener('scroll', scrolled, { capture: true });
}

/** Let one finger go along the days and two zoom. */
export function onFingers(over, point, zoom) {
  const fingers = new Map();
  const spread = () => {
    const [a, b] = [...fingers.values()];
    return { wide: Math.max(Math.abs(a - b), 12), middle: (a + b) / 2 };
  };
  const place = (event) => event.clientX - over.getBoundingClientRect().left;
  over.addEventListener('pointerdown', (event) => {
    if (event.pointerType === 'touch') fingers.set(event.pointerId, place(event));
  });
  over.addEventListener('pointermove', (event) => {
    if (!fingers.has(event.pointerId)) return;
    const before = fingers.size === 2 ? spread() : null;
    fingers.set(event.pointerId, place(event));
    if (before) zoom(before.wide / spread().wide, before.middle / over.clientWidth);
    else if (fingers.size === 1) point(place(event));
  });
  for (const end of ['pointerup', 'pointercancel']) over.addEventListener(end, (event) => fingers.delete(event.pointerId));
}
