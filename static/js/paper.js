// A paper ballot by the keyboard: a digit chooses and goes on, 0 or Delete leaves blank, arrows move, Enter saves.
// Without script the radios and Tab do the same.
const form = document.querySelector('form[data-sheet]');
const rows = [...form.querySelectorAll('[data-row]')];
const inputsOf = (row) => [...row.querySelectorAll('input')];
const isPoints = rows.length > 0 && inputsOf(rows[0])[0].type === 'number';
let here = 0;
let sent = false;

function pick(row) {
  here = rows.indexOf(row);
  for (const each of rows) each.classList.toggle('is-picked', each === row);
}

function go(number) {
  const row = rows[Math.min(Math.max(number, 0), rows.length - 1)];
  const inputs = inputsOf(row);
  (inputs.find((input) => input.checked) ?? inputs[0]).focus();
  row.scrollIntoView({ block: 'nearest' });
}

// Its place in the row: the grades in order, and blank is the last.
function placeOf(key, count) {
  if (key === '0' || key === 'Delete' || key === 'Backspace') return count - 1;
  const place = Number(key) - 1;
  return Number.isInteger(place) && place >= 0 && place < count - 1 ? place : -1;
}

function choose(key) {
  const inputs = inputsOf(rows[here]);
  const place = placeOf(key, inputs.length);
  if (place < 0) return false;
  inputs[place].checked = true;
  go(here + 1);
  return true;
}

function press(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest('a, button')) return;
  const { key } = event;
  if (key === 'ArrowDown' || key === 'ArrowUp') go(here + (key === 'ArrowDown' ? 1 : -1));
  else if (key === 'Enter' && form.querySelector('button')) {
    if (!sent) form.requestSubmit();
    sent = true;
  } else if (isPoints || !choose(key)) return;
  event.preventDefault();
}

form.addEventListener('focusin', (event) => {
  const row = event.target.closest('[data-row]');
  if (row) pick(row);
});
document.addEventListener('keydown', press);
if (rows.length && !document.querySelector('.error-summary')) go(0);
