// Attendance: live figures, the quorum line, 全部到会, the reason chips.
// Without script the taps work through the labels, and the server counts after submit.
const RULES = {
  half: { met: (here, all) => here * 2 >= all, yes: '达到半数，可表决', no: '不足半数，不能表决' },
  'over-half': { met: (here, all) => here * 2 > all, yes: '超过半数，可表决', no: '未超过半数，不能表决' },
  'four-fifths': { met: (here, all) => here * 5 >= all * 4, yes: '达到五分之四，可选举', no: '不足五分之四，不能选举' },
};

function setUp(form) {
  const bar = document.querySelector(`.submitbar[data-for="${form.id}"]`) ?? form;
  const everyone = [...form.querySelectorAll('.tick')];
  const all = form.querySelector('[data-all]');
  const reason = form.querySelector('[data-reason]');
  const quorum = bar.querySelector('[data-quorum]');

  const markOf = (tick) => tick.querySelector('input:checked')?.value ?? '';
  const marked = (mark) => everyone.filter((tick) => markOf(tick) === mark);

  function setLast(element, text) {
    if (element.lastChild.textContent !== text) element.lastChild.textContent = text;
  }

  function showQuorum(unmarked) {
    const rule = RULES[quorum.dataset.quorum] ?? RULES.half;
    const voters = everyone.filter((tick) => tick.querySelector('.votes'));
    const here = voters.filter((tick) => markOf(tick) === 'present').length;
    const met = voters.length > 0 && rule.met(here, voters.length);
    const waiting = unmarked > 0 && !met;
    const state = met ? 'done' : waiting ? 'todo' : 'due';
    const line = quorum.querySelector('.status');
    line.className = `status is-${state}`;
    const use = line.querySelector('use');
    use.setAttribute('href', use.getAttribute('href').replace(/#.*/, `#i-st-${state}`));
    const verdict = waiting ? `还有 ${unmarked} 人未记` : met ? rule.yes : rule.no;
    setLast(line, `有表决权到会 ${here}/${voters.length}，${verdict}`);
  }

  function showReason(leave, absent) {
    reason.hidden = leave.length + absent.length === 0;
    const parts = [];
    if (leave.length) parts.push(`请假 ${leave.length} 人`);
    if (absent.length) parts.push(`缺席 ${absent.length} 人`);
    const names = [...leave, ...absent].map((tick) => tick.querySelector('.who').firstChild.textContent.trim());
    reason.querySelector('[data-reason-head]').textContent = `${parts.join('、')}（${names.join('、')}）的事由`;
  }

  function count() {
    const figures = { present: marked('present'), leave: marked('leave'), absent: marked('absent') };
    const unmarked = marked('').length;
    for (const [mark, ticks] of Object.entries(figures)) {
      const figure = bar.querySelector(`[data-n="${mark}"]`);
      if (figure) figure.textContent = ticks.length;
    }
    if (quorum) showQuorum(unmarked);
    if (reason) showReason(figures.leave, figures.absent);
    // Leave already marked is kept while someone is still unmarked.
    const rest = unmarked > 0 && unmarked < everyone.length;
    if (all) setLast(all, rest ? `其余到会 ${unmarked}` : `全部到会 ${everyone.length}`);
  }

  form.addEventListener('change', count);
  if (all) {
    form.querySelector('[data-plain]')?.remove();
    all.hidden = false;
    all.addEventListener('click', () => {
      const unmarked = marked('');
      for (const tick of unmarked.length ? unmarked : everyone) tick.querySelector('.r0').checked = true;
      form.dispatchEvent(new Event('change', { bubbles: true }));
    });
  }
  count();
}

document.querySelectorAll('form[data-roster]').forEach(setUp);
