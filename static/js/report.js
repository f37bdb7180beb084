// Saves the report while it is written and counts its characters. Without script the two buttons do the same.
// Where staff write it down for somebody there is no address to save to, and only the characters are counted.
// What another window saved meanwhile is never overwritten: the script stops, and 保存 shows both.
const PAUSE = 2000;
const AGAIN = 15000;
const PARTS = ['work', 'problems', 'plans'];
const form = document.querySelector('form[data-report]');

function setUp() {
  const line = form.querySelector('[data-save-line]');
  const version = form.elements.version;
  let timer = 0;
  let dirty = false;
  let busy = false;
  let stopped = false;
  let sending = Promise.resolve();

  const say = (text) => { line.textContent = text; };
  const length = (name) => [...form.elements[name].value.replace(/\s/gu, '')].length;

  function show(counts) {
    for (const [name, value] of Object.entries(counts)) {
      for (const place of form.querySelectorAll(`[data-count="${name}"]`)) place.textContent = value;
    }
  }

  function count() {
    const parts = Object.fromEntries(PARTS.map((name) => [name, length(name)]));
    const all = parts.work + parts.problems + parts.plans;
    show({ ...parts, all, share: `${all ? (100 * parts.problems / all).toFixed(1) : '0.0'}%` });
  }

  const later = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(save, wait);
  };

  function save() {
    if (form.dataset.save && dirty && !busy && !stopped) sending = send();
  }

  async function send() {
    busy = true;
    dirty = false;
    let answer = null;
    try {
      answer = await fetch(form.dataset.save, { method: 'POST', body: new FormData(form) });
    } catch {
      dirty = true;
      say('网络中断。内容还在本页，联网后会自动保存，请不要关闭。');
      later(AGAIN);
    }
    busy = false;
    if (answer) await take(answer);
    if (dirty) later(PAUSE);
  }

  async function take(answer) {
    if (!answer.headers.get('content-type')?.includes('json')) {
      dirty = true;
      stopped = true;
      say(answer.redirected ? '登录已过期。请在另一个窗口登录，再回到这里点“保存”。' : '暂时不能保存。内容还在本页，请稍后点“保存”。');
      return;
    }
    const told = await answer.json();
    say(told.said);
    if (answer.ok) {
      version.value = told.version;
      if (!dirty) show(told.counts);
    } else {
      dirty = true;
      stopped = true;
    }
  }

  form.addEventListener('input', () => {
    dirty = true;
    count();
    if (!stopped) {
      say('正在写，稍后自动保存……');
      later(PAUSE);
    }
  });
  document.addEventListener('visibilitychange', () => { if (document.hidden) save(); });
  window.addEventListener('online', save);
  window.addEventListener('beforeunload', (event) => { if (dirty) event.preventDefault(); });
  // What is on its way brings the version that the form has to name.
  form.addEventListener('submit', (event) => {
    clearTimeout(timer);
    if (busy) {
      event.preventDefault();
      sending.then(() => form.requestSubmit(event.submitter));
      return;
    }
    dirty = false;
    stopped = true;
  });
}

if (form) setUp();
