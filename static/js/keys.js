// A link or button with data-key="ArrowDown" is pressed by that key, except while something is being filled in.
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  if (event.target.closest('input, textarea, select')) return;
  const target = [...document.querySelectorAll('[data-key]')].find((each) => each.dataset.key === event.key);
  if (!target) return;
  event.preventDefault();
  target.click();
});
