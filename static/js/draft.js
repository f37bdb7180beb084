// Keeps what is typed into form[data-draft] on this device, sealed, until the server has confirmed it.
// The key names user and record (data-draft="u7-branch3-new"), so people sharing a device do not meet each other's drafts.
// Hidden fields come back too: the same client key makes one record of two sends, and an old version number
// lets the server refuse a draft that others have overtaken.
import { sealer } from './sealing.js';

const SKIP = new Set(['file', 'password', 'submit', 'button', 'reset']);
const loaded = new Promise((done) => { document.addEventListener('DOMContentLoaded', done); });
const pad = (number) => String(number).padStart(2, '0');
const clock = (date) => `${pad(date.getHours())}:${pad(date.getMinutes())}`;

function moment(date) {
  const today = date.toDateString() === new Date().toDateString();
  return today ? `今天 ${clock(date)}` : `${date.getMonth() + 1}月${date.getDate()}日 ${clock(date)}`;
}

function setUp(form) {
  const key = `draft:${form.dataset.draft || form.id}`;
  const line = form.querySelector('[data-draft-line]');
  const restored = form.querySelector('[data-draft-restored]');
  const box = sealer(form.dataset.draftKey);
  let last = Promise.resolve();
  let timer = 0;
  let dirty = false;

  const fields = () => [...form.elements].filter((field) => field.name && field.name !== 'csrfmiddlewaretoken'
    && !SKIP.has(field.type) && !('noDraft' in field.dataset));
  const hasFiles = () => [...form.elements].some((field) => field.type === 'file' && field.files.length);
  const isTick = (field) => field.type === 'radio' || field.type === 'checkbox';
  const valuesOf = (field) => (field.type === 'select-multiple'
    ? [...field.selectedOptions].map((option) => option.value) : [field.value]);
  const isTyped = (field) => {
    if (isTick(field)) return field.checked !== field.defaultChecked;
    return field.options ? false : field.type !== 'hidden' && field.value !== field.defaultValue;
  };

  function say(text) {
    if (!line) return;
    line.hidden = false;
    line.textContent = text;
  }

  function store() {
    clearTimeout(timer);
    if (!dirty) return;
    const values = {};
    for (const field of fields()) {
      values[field.name] ??= [];
      if (!isTick(field) || field.checked) values[field.name].push(...valuesOf(field));
    }
    last = last.then(() => keep({ title: form.dataset.draftTitle, path: form.dataset.draftPath, values }));
  }

  function note() {
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(store, 500);
  }

  async function keep(draft) {
    try {
      const sealed = await box.seal(key, draft);
      localStorage.setItem(key, JSON.stringify({ saved: Date.now(), sealed }));
      say(`已存本机 ${clock(new Date())}。${hasFiles() ? '照片和文件不存草稿，离开本页要重新选择。' : '提交后会再确认一次。'}`);
    } catch {
      say('本机存不下草稿，请尽快提交。');
    }
  }

  // Fields of a name in `known` have been filled before and hold what was typed since.
  function fill(draft, known) {
    const taken = {};
    const fresh = fields().filter((field) => draft[field.name] && !known.has(field.name));
    for (const field of fresh) {
      const values = draft[field.name];
      known.add(field.name);
      if (isTick(field)) field.checked = values.includes(field.value);
      else if (field.type === 'select-multiple') for (const option of field.options) option.selected = values.includes(option.value);
      else {
        taken[field.name] = (taken[field.name] ?? -1) + 1;
        field.value = values[taken[field.name]] ?? field.value;
      }
    }
  }

  async function restore() {
    // A form that came back with errors already holds what was sent.
    if (document.querySelector('.error-summary')) return;
    let kept = null;
    let draft = null;
    try {
      kept = JSON.parse(localStorage.getItem(key));
      if (!kept) return;
      draft = await box.open(key, kept.sealed);
    } catch {
      // Storage is switched off, or the server has another key than when it was sealed.
      return;
    }
    const known = new Set(typed);
    fill(draft.values, known);
    if (restored) {
      restored.hidden = false;
      restored.querySelector('[data-draft-text]').textContent = `已恢复草稿（${moment(new Date(kept.saved))} 保存）。`;
    }
    form.dispatchEvent(new Event('change', { bubbles: true }));
    // What the server made for other values is asked for anew; what then comes is filled too.
    document.addEventListener('htmx:afterSettle', () => fill(draft.values, known));
    await loaded;
    form.querySelector('[data-draft-echo]')?.dispatchEvent(new Event('change', { bubbles: true }));
  }

  // What was typed while this script was on its way: it is kept too, and no older draft goes over it.
  const typed = fields().filter(isTyped).map((field) => field.name);
  if (typed.length) note();
  restore();
  for (const kind of ['input', 'change']) {
    form.addEventListener(kind, note);
  }
  // A phone may end the page without further notice once it is hidden.
  document.addEventListener('visibilitychange', () => { if (document.hidden) store(); });
  form.addEventListener('submit', store);
  restored?.querySelector('[data-draft-drop]').addEventListener('click', () => {
    clearTimeout(timer);
    dirty = false;
    last.then(() => {
      localStorage.removeItem(key);
      location.reload();
    });
  });
}

document.querySelectorAll('form[data-draft]').forEach(setUp);
