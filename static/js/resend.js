// Sends form[data-resend] itself, so that a page without network stays what it is: what was filled in is kept on this
// device (draft.js does that), a line says so, and it is sent again until the server answers. The form carries the id
// of its record, so two sends make one record, also when only the answer was lost.
const EVERY = 5000;
const PATIENCE = 180_000;
const AWAY = new Set([502, 503, 504]);
const WAITING = '网络中断。内容已存本机，联网后自动提交，请不要关闭本页。';

function setUp(form) {
  const line = form.querySelector('[data-resend-line]');
  let body = null;
  let timer = 0;
  let busy = false;

  function say(text) {
    line.hidden = false;
    line.querySelector('[data-resend-text]').textContent = text;
  }

  function wait() {
    say(WAITING);
    line.scrollIntoView({ block: 'center' });
    timer = setTimeout(send, EVERY);
  }

  async function take(answer) {
    if (AWAY.has(answer.status)) return wait();
    const to = answer.status === 201 ? (await answer.json()).to : '';
    body = null;
    if (to) return location.assign(to);
    // What the server says is for the eyes: it is asked for again the ordinary way.
    return HTMLFormElement.prototype.submit.call(form);
  }

  async function send() {
    if (busy || !body) return;
    clearTimeout(timer);
    busy = true;
    try {
      await take(await fetch(form.action, {
        method: 'POST', body, headers: { Accept: 'application/json' }, signal: AbortSignal.timeout?.(PATIENCE),
      }));
    } catch {
      wait();
    }
    busy = false;
  }

  form.addEventListener('submit', (event) => {
    // Buttons with a name ask for the form again and write nothing.
    if (event.submitter?.name || event.defaultPrevented) return;
    event.preventDefault();
    body = new FormData(form);
    say('正在提交……');
    send();
  });
  // What is changed while it waits is sent as it is then.
  form.addEventListener('change', () => { if (body && !busy) body = new FormData(form); });
  window.addEventListener('online', send);
}

document.querySelectorAll('form[data-resend]').forEach(setUp);
