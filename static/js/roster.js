// Attendance: live figures, the quorum line, 全部到会, the reason chips.
// Without script the taps work through the labels, and the server counts after submit.
const all = (root, selector) => [...root.querySelectorAll(selector)];
const markOf = (tick) => tick.querySelector('input:checked')?.value ?? '';

function setLast(element, text) {
  if (element.lastChild.textContent !== text) element.lastChild.textContent = text;
}

function showQuorum(line, ticks, unmarked) {
  const { who, yes, no } = line.dataset;
  const voters = ticks.filter((tick) => tick.querySelector('.votes'));
  const here = voters.filter((tick) => markOf(tick) === 'present').length;
  const met = voters.length > 0 && here * 2 >= voters.length;
  const waiting = unmarked > 0 && !met;
  const state = met ? 'done' : waiting ? 'todo' : 'due';
  const status = line.querySelector('.status');
  status.className = `status is-${state}`;
  const use = status.querySelector('use');
  use.setAttribute('href', use.getAttribute('href').replace(/#.*/, `#i-st-${state}`));
  setLast(status, `${who}到会 ${here}/${voters.length}，${met ? yes : waiting ? `还有 ${unmarked} 人未记` : no}`);
}

function showReason(reason, leave) {
  reason.hidden = leave.length === 0;
  const names = leave.map((tick) => tick.querySelector('.who').firstChild.textContent.trim());
  reason.querySelector('[data-reason-head]').textContent = `请假 ${leave.length} 人（${names.join('、')}）的事由`;
}

function showOwnReasons(form, missing) {
  const details = form.querySelector('[data-own-reasons]');
  if (!details) return;
  const names = new Set(missing.map((tick) => tick.querySelector('input').name));
  for (const line of all(details, '[data-reason-of]')) line.hidden = !names.has(line.dataset.reasonOf);
  details.hidden = names.size === 0;
}

function setUp(form) {
  // The list and the bar are replaced when the date changes, so they are looked up anew each time.
  const chosen = form.dataset.roster === 'chosen';
  const ticks = () => all(form, '.tick');

  function count() {
    const bar = document.querySelector(`.submitbar[data-for="${form.id}"]`) ?? form;
    const everyone = ticks();
    const marked = (mark) => everyone.filter((tick) => markOf(tick) === mark);
    const figures = { present: marked('present'), leave: marked('leave'), absent: marked('absent') };
    const unmarked = marked('').length;
    for (const [mark, found] of Object.entries(figures)) {
      const figure = bar.querySelector(`[data-n="${mark}"]`);
      if (figure) figure.textContent = found.length;
    }
    const expected = bar.querySelector('[data-n="expected"]');
    const exempt = marked('exempt').length;
    if (expected) expected.textContent = everyone.length - exempt - (chosen ? unmarked : 0);
    const quorum = bar.querySelector('[data-quorum]');
    if (quorum) showQuorum(quorum, everyone, unmarked);
    const reason = form.querySelector('[data-reason]');
    if (reason) showReason(reason, figures.leave);
    showOwnReasons(form, [...figures.leave, ...figures.absent]);
    // Leave already marked is kept while someone is still unmarked.
    const button = form.querySelector('[data-all]');
    const word = chosen ? '参加' : '到会';
    const asked = everyone.length - exempt;
    const rest = unmarked > 0 && unmarked < asked;
    if (button) setLast(button, rest ? `其余${word} ${unmarked}` : `全部${word} ${asked}`);
  }

  form.addEventListener('change', count);
  form.addEventListener('click', (event) => {
    if (!event.target.closest('[data-all]')) return;
    event.preventDefault();
    const unmarked = ticks().filter((tick) => markOf(tick) === '');
    const asked = ticks().filter((tick) => markOf(tick) !== 'exempt');
    for (const tick of unmarked.length ? unmarked : asked) tick.querySelector('.r0').checked = true;
    form.dispatchEvent(new Event('change', { bubbles: true }));
  });

  // One reason at a time: a chip or one's own words.
  form.addEventListener('input', ({ target }) => {
    const own = form.elements.reason_text;
    if (target.name === 'reason' && own) own.value = '';
    if (target === own && own.value) for (const chip of all(form, 'input[name="reason"]')) chip.checked = false;
  });

  // A tap made while the new list was on its way must not be lost with the old one; what was sent, the server knows.
  const marks = () => new Map(ticks().map((tick) => [tick.querySelector('input').name, markOf(tick)]));
  let sent = new Map();
  let kept = new Map();
  document.addEventListener('htmx:beforeRequest', () => { sent = marks(); });
  document.addEventListener('htmx:beforeSwap', () => {
    kept = new Map([...marks()].filter(([name, mark]) => mark !== sent.get(name)));
  });
  document.addEventListener('htmx:afterSettle', () => {
    for (const tick of ticks()) {
      const mark = kept.get(tick.querySelector('input').name);
      const input = mark && tick.querySelector(`input[value="${mark}"]`);
      if (input) input.checked = true;
    }
    count();
  });
  count();
}

all(document, 'form[data-roster]').forEach(setUp);
