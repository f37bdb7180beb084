// The drafts of this user on this device, for the home page. Where there is none, nothing is shown.
import { sealer } from './sealing.js';

const panel = document.querySelector('[data-drafts]');
const row = panel?.querySelector('template');
const pad = (number) => String(number).padStart(2, '0');

function show(draft) {
  const line = row.content.cloneNode(true);
  const saved = new Date(draft.saved);
  line.querySelector('a').href = draft.path;
  line.querySelector('[data-title]').textContent = draft.title;
  line.querySelector('[data-when]').textContent = `${saved.getMonth() + 1}月${saved.getDate()}日 ${pad(saved.getHours())}:${pad(saved.getMinutes())} 保存`;
  row.parentElement.append(line);
  panel.hidden = false;
}

async function list() {
  const box = sealer(panel.dataset.draftKey);
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(`draft:${panel.dataset.drafts}`));
  const opened = await Promise.allSettled(keys.map(async (key) => {
    const { saved, sealed } = JSON.parse(localStorage.getItem(key));
    return { ...await box.open(key, sealed), saved };
  }));
  opened.map((each) => each.value)
    .filter((draft) => draft?.title && draft.path?.startsWith('/'))
    .sort((one, other) => other.saved - one.saved)
    .forEach(show);
}

// Where storage is switched off there are no drafts either.
if (panel) list().catch(() => {});
