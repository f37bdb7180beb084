// A button with data-copies="id" copies what that field holds. Without script the field itself can be selected.
for (const button of document.querySelectorAll('[data-copies]')) {
  const field = document.getElementById(button.dataset.copies);
  button.hidden = false;
  button.addEventListener('click', async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      // Old browsers, and pages that are not under HTTPS, know this way alone.
      document.execCommand('copy');
    }
    button.textContent = '已复制';
  });
}
