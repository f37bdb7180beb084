// The ballot on a phone. A scanned code stands behind # in the address, which no browser sends: it goes into the field
// and out of the address. Without script it is typed, and the tally counts by style sheet.
const asked = document.querySelector('form[data-ballot-code]');
const scanned = decodeURIComponent(location.hash.slice(1));
if (asked && /^[0-9A-Za-z]{8}$/.test(scanned)) {
  history.replaceState(null, '', location.pathname);
  asked.elements.code.value = scanned;
  asked.requestSubmit();
}

// The link goes to whoever is not rated yet, and hides once all are.
const form = document.querySelector('form[data-ballot]');
const link = document.querySelector('[data-unrated]');
const isRated = (line) => [...line.querySelectorAll('input')].some((input) => input.value && (input.type !== 'radio' || input.checked));

function point() {
  const next = [...form.querySelectorAll('fieldset')].find((line) => !isRated(line));
  link.hidden = !next;
  if (next) link.href = `#${next.id}`;
}

if (form && link) {
  form.addEventListener('input', point);
  point();
}
