// Puts a chosen figure where the cursor stands. Without script the server puts it at the end of the text.
document.addEventListener('click', (event) => {
  const button = event.target.closest('button[name="insert"]');
  const form = button?.form;
  const field = form?.elements[form.dataset.insertInto];
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.setRangeText(button.value, field.selectionStart, field.selectionEnd, 'end');
  field.dispatchEvent(new Event('input', { bubbles: true }));
});
