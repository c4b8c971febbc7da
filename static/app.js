// Berth works without this file; it only makes things quicker to hand. Runs in the head: everything is delegated.
(() => {
  'use strict';
  const root = document.documentElement;
  const find = (selector, from = document) => from.querySelector(selector);
  const on = (name, act, capture) => document.addEventListener(name, act, capture);
  const dialog = () => find('#dialog');
  root.classList.add('js');
  if (window.opener || window.name === 'berth-link') root.dataset.popup = '';

  // Colours: automatic, light, dark. Only the console asks for it (data-theme), so only it stores anything.
  const themes = ['auto', 'light', 'dark'];
  if (root.dataset.theme) try {
    const kept = localStorage.getItem('berth-theme');
    if (themes.includes(kept)) root.dataset.theme = kept;
  } catch { /* storage is switched off: automatic */ }
  const nextTheme = () => {
    root.dataset.theme = themes[(themes.indexOf(root.dataset.theme) + 1) % 3];
    try { localStorage.setItem('berth-theme', root.dataset.theme); } catch { /* for this page only */ }
  };

  // One place that speaks; inside an open dialog the page behind it is silent.
  let fading;
  const fade = place => {
    clearTimeout(fading);
    if (place?.textContent) fading = setTimeout(() => { place.textContent = ''; }, 8000);
  };
  const say = text => {
    const place = find('dialog[open] [role=status]') || find('#status');
    if (!place || !text) return;
    place.textContent = '';
    setTimeout(() => { place.textContent = text; fade(place); }, 50);
  };

  const copy = async button => {
    const source = find(button.dataset.copy);
    const text = source.value ?? source.textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch { // no https here, as on many intranets
      getSelection().selectAllChildren(source);
      if (!document.execCommand('copy')) return;
    }
    const label = find('span', button) || button;
    const before = label.textContent;
    if (before === button.dataset.copied) return;
    label.textContent = button.dataset.copied;
    say(button.dataset.copied);
    setTimeout(() => { label.textContent = before; }, 2000);
  };

  // Menus: <details class="menu">.
  const items = menu => [...menu.querySelectorAll('.menu-item')];
  const closeMenu = (menu, focus) => {
    if (focus) find('summary', menu).focus();
    menu.open = false;
  };
  on('click', event => {
    const target = event.target;
    if (!target.closest) return;
    for (const menu of document.querySelectorAll('.menu[open]')) if (!menu.contains(target)) closeMenu(menu);
    const item = target.closest('.menu-item:not([aria-disabled])');
    if (item && !event.ctrlKey && !event.metaKey) {
      const menu = item.closest('.menu');
      setTimeout(() => { if (menu.isConnected && menu.open) closeMenu(menu, menu.contains(document.activeElement)); });
    }
    const pressed = target.closest('[data-copy],[data-theme-switch],[data-close-window],[data-close-dialog],[data-reveal]');
    if (!pressed) {
      if (target.closest('#status')) target.closest('#status').textContent = '';
    } else if (pressed.dataset.copy) copy(pressed);
    else if ('themeSwitch' in pressed.dataset) nextTheme();
    else if ('closeWindow' in pressed.dataset) window.close();
    else if (pressed.dataset.reveal) {
      const hidden = find(pressed.dataset.reveal).type === 'password';
      find(pressed.dataset.reveal).type = hidden ? 'text' : 'password';
      pressed.setAttribute('aria-pressed', hidden);
    } else if (dialog()?.open) {
      event.preventDefault();
      dialog().close();
    }
  });
  on('keydown', event => {
    const menu = event.target.closest?.('.menu');
    if (!menu) return;
    if (event.key === 'Escape' && menu.open) closeMenu(menu, true);
    const list = items(menu);
    const at = list.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? -1 : at - 1 + list.length, Home: 0, End: -1 }[event.key];
    if (to === undefined || (!menu.open && !event.key.startsWith('Arrow'))) return;
    event.preventDefault();
    menu.open = true;
    list.at(to < 0 ? to : to % list.length)?.focus();
  });
  on('focusout', event => {
    const menu = event.target.closest?.('.menu[open]');
    if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) closeMenu(menu);
  });
  on('toggle', event => {
    if (event.target.matches('.menu[open]')) find('.menu-list', event.target).scrollIntoView({ block: 'nearest' });
  }, true);

  on('submit', event => {
    const form = event.target;
    if (!('popup' in form.dataset) || event.defaultPrevented) return;
    const popup = window.open('', 'berth-link', 'popup,width=600,height=820');
    form.target = popup ? 'berth-link' : '';
    popup?.focus();
  });

  const plain = text => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  const filter = box => {
    const list = find(box.dataset.filter);
    const words = plain(box.value).split(/\s+/);
    let shown = 0;
    for (const child of list.querySelectorAll('[data-filter-text]')) {
      child.hidden = !words.every(word => plain(child.dataset.filterText).includes(word));
      shown += !child.hidden;
    }
    const none = find('[data-filter-none]', list.parentNode);
    if (none) none.hidden = shown > 0;
  };
  on('input', event => { if (event.target.dataset.filter) filter(event.target); });
  addEventListener('pageshow', () => document.querySelectorAll('[data-filter]').forEach(filter));

  // htmx: focus stays where it was, the dialog opens and closes with its content.
  const remember = element => element && element !== document.body && {
    id: element.id, row: element.closest('.row')?.id, menu: element.closest('.menu'),
  };
  const restore = kept => {
    if (!kept || (document.activeElement && document.activeElement !== document.body)) return;
    const row = kept.row && document.getElementById(kept.row);
    const place = (kept.id && document.getElementById(kept.id))
      || (row && ((kept.menu && find('.menu > summary', row)) || find('.row-next button, .menu > summary', row) || row))
      || find('#main');
    place?.focus({ preventScroll: true });
  };
  let opener;
  on('htmx:config:request', event => { event.detail.ctx.focus = remember(document.activeElement); });
  on('htmx:before:swap', event => {
    const { ctx } = event.detail;
    const polled = ctx.sourceEvent?.type === 'every';
    if (polled && find('.menu[open]', ctx.sourceElement)) event.preventDefault(); // somebody is reading it
    ctx.focus = remember(document.activeElement) || (polled ? null : ctx.focus);
    ctx.fromDialog = dialog()?.contains(ctx.sourceElement);
  });
  on('htmx:after:swap', event => {
    const { ctx } = event.detail;
    const box = dialog();
    const refused = ctx.response?.status >= 400;
    if (box?.open && ctx.fromDialog && !refused && !box.contains(ctx.target)) box.close();
    else if (box && !box.open && box.contains(ctx.target) && box.childElementCount) {
      opener = ctx.focus;
      box.showModal();
      find('[autofocus], h2', box)?.focus();
    }
    if (refused) find('[aria-invalid=true]', ctx.target.isConnected ? ctx.target : document)?.focus();
    restore(ctx.focus);
    fade(find('#status'));
  });
  on('close', event => {
    if (event.target !== dialog()) return;
    event.target.replaceChildren();
    restore(opener);
  }, true);
  const failed = () => say(find('#status')?.dataset.failed);
  on('htmx:error', failed);
  on('htmx:response:error', event => { if (event.detail.ctx.response.status >= 500) failed(); });
})();
