// Conveniences of every page; each has a way without script.
const KEPT_DAYS = 30;

// Ctrl+K goes to the search field.
document.addEventListener('keydown', (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'k') return;
  const search = [...document.querySelectorAll('[role="search"] input[type="search"]')].find((field) => field.offsetParent);
  if (!search) return;
  event.preventDefault();
  search.focus();
  search.select();
});

// Menus close on Esc and on a click elsewhere.
function closeMenus(except) {
  for (const menu of document.querySelectorAll('details.menu[open], details.navmenu[open]')) {
    if (menu === except) continue;
    const inside = menu.contains(document.activeElement);
    menu.open = false;
    if (inside) menu.querySelector('summary').focus();
  }
}
document.addEventListener('click', (event) => closeMenus(event.target.closest('details.menu, details.navmenu')));

// Dialogs: <dialog> opened by [data-opens], or .dialog-target opened by its link. Focus goes in and comes back.
let opener = null;
document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-opens]');
  const close = event.target.closest('[data-closes]');
  if (button) document.getElementById(button.dataset.opens)?.showModal();
  if (close) close.closest('dialog')?.close();
  const link = event.target.closest('a[href^="#"]');
  if (link) {
    opener = link;
    const fold = document.getElementById(link.hash.slice(1))?.closest('details');
    if (fold) fold.open = true;
  }
});
const openTarget = () => (location.hash ? document.querySelector('.dialog-target:target') : null);
function focusTarget() {
  const dialog = openTarget();
  if (dialog) {
    dialog.tabIndex = -1;
    dialog.focus();
  }
}
window.addEventListener('hashchange', focusTarget);
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  closeMenus();
  if (openTarget()) {
    // "#-" names nothing: the dialog closes and the page stays where it is.
    location.hash = '-';
    opener?.focus();
  }
});

// After htmx replaced the frame that held the focus, the keyboard goes on from its beginning; what comes by itself,
// because it was scrolled to, takes no focus.
let heldFocus = false;
document.addEventListener('htmx:beforeSwap', (event) => {
  heldFocus = event.detail.target.contains(document.activeElement);
});
document.addEventListener('htmx:afterSettle', (event) => {
  if (!heldFocus || document.activeElement !== document.body || event.target.getAttribute('role') === 'status') return;
  event.target.tabIndex = -1;
  event.target.focus({ preventScroll: true });
});

// A part of the page that the server could not bring: the page stays as it is, and a line says so until one comes.
const LOST = '暂时连不上服务器，这一页没有更新。请过一会儿再试。';
let lostLine = null;
function sayLost() {
  if (lostLine) return;
  lostLine = document.createElement('p');
  lostLine.className = 'notice notice-due';
  lostLine.setAttribute('role', 'status');
  document.getElementById('main')?.prepend(lostLine);
  lostLine.textContent = LOST;
}
document.addEventListener('htmx:sendError', sayLost);
document.addEventListener('htmx:timeout', sayLost);
document.addEventListener('htmx:responseError', (event) => { if (event.detail.xhr.status >= 500) sayLost(); });
document.addEventListener('htmx:afterRequest', (event) => {
  if (!event.detail.successful) return;
  lostLine?.remove();
  lostLine = null;
});

// Paper has no folds: numbers and their meanings open for it.
window.addEventListener('beforeprint', () => {
  for (const fold of document.querySelectorAll('details.data-alt, details.definitions')) fold.open = true;
});

// What the server has confirmed needs no draft any more; nor does what nobody came back to, or what is not sealed.
function tidyDrafts() {
  for (const done of document.querySelectorAll('[data-draft-done^="draft:"]')) localStorage.removeItem(done.dataset.draftDone);
  const oldest = Date.now() - KEPT_DAYS * 24 * 60 * 60 * 1000;
  for (const key of Object.keys(localStorage).filter((name) => name.startsWith('draft:'))) {
    const kept = JSON.parse(localStorage.getItem(key));
    if (!kept?.sealed || !(kept.saved > oldest)) localStorage.removeItem(key);
  }
}
try {
  tidyDrafts();
} catch {
  // Storage is switched off: then there are no drafts either.
}

document.querySelector('.error-summary')?.focus();
focusTarget();
