// Berth works without this file. It runs in the head, so everything is delegated.
(() => {
	'use strict';
	const doc = document, root = doc.documentElement;
	const find = (selector, from = doc) => from.querySelector(selector);
	const on = (name, act, capture) => doc.addEventListener(name, act, capture);
	const focused = () => doc.activeElement !== doc.body && doc.activeElement;
	root.classList.add('js');
	if (window.opener || window.name === 'berth-link') root.dataset.popup = '';

	// Only the console asks for a theme, so only it stores one.
	const themes = ['auto', 'light', 'dark'];
	if (root.dataset.theme) try {
		root.dataset.theme = localStorage.getItem('berth-theme') || 'auto';
	} catch { /* no storage: automatic */ }

	// One place speaks; while a dialog is open, one inside it.
	let fading, said;
	const say = text => {
		const place = find('dialog[open] [role=status]') || find('#status');
		if (text) place.textContent = text;
		else if (place.textContent === said) return;
		said = place.textContent;
		clearTimeout(fading);
		fading = setTimeout(() => { place.textContent = said = ''; }, 8000);
	};

	const closeMenu = (menu, focus) => {
		if (focus) find('summary', menu).focus();
		menu.open = false;
	};
	const pressed = {
		async copy(button, selector) {
			const source = find(selector);
			try {
				await navigator.clipboard.writeText(source.textContent);
			} catch { // no https here
				getSelection().selectAllChildren(source);
				if (!doc.execCommand('copy')) return;
			}
			say(button.dataset.copied);
		},
		reveal(button, selector) {
			const field = find(selector), hidden = field.type === 'password';
			field.type = hidden ? 'text' : 'password';
			button.setAttribute('aria-pressed', hidden);
		},
		themeSwitch() {
			root.dataset.theme = themes[(themes.indexOf(root.dataset.theme) + 1) % 3];
			try { localStorage.setItem('berth-theme', root.dataset.theme); } catch { /* unkept */ }
		},
		closeWindow() { window.close(); },
		closeDialog(button, value, event) {
			const dialog = button.closest('dialog');
			if (dialog) event.preventDefault(), dialog.close();
		},
	};
	on('click', event => {
		const { target } = event;
		for (const menu of doc.querySelectorAll('.menu[open]')) {
			if (!menu.contains(target)) closeMenu(menu);
			else if (target.closest('.menu-item:not([aria-disabled])')) setTimeout(closeMenu, 0, menu, true);
		}
		if (target.id === 'status') target.textContent = '';
		const button = target.closest('[data-copy],[data-reveal],[data-theme-switch],[data-close-window],[data-close-dialog]');
		for (const name in pressed) if (button && name in button.dataset) pressed[name](button, button.dataset[name], event);
	});
	on('keydown', event => {
		const menu = event.target.closest('.menu');
		if (!menu) return;
		if (event.key === 'Escape') closeMenu(menu, menu.open);
		const items = [...menu.querySelectorAll('.menu-item')], at = items.indexOf(event.target);
		const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? -1 : at - 1, Home: 0, End: -1 }[event.key];
		if (to === undefined || (at < 0 && !event.key.startsWith('Arrow'))) return;
		event.preventDefault();
		menu.open = true;
		items.at(to % items.length).focus();
	});
	on('focusout', event => {
		const menu = event.target.closest('.menu[open]');
		if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) closeMenu(menu);
	});
	on('toggle', event => {
		if (event.target.matches('.menu[open]')) find('.menu-list', event.target).scrollIntoView({ block: 'nearest' });
	}, true);

	on('submit', event => {
		if (!('popup' in event.target.dataset)) return;
		const popup = window.open('', 'berth-link', 'popup,width=600,height=820');
		event.target.target = popup ? 'berth-link' : '';
		popup?.focus();
	});

	const plain = text => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
	const filter = box => {
		const list = find(box.dataset.filter), words = plain(box.value).split(/\s+/);
		for (const child of list.querySelectorAll('[data-filter-text]')) {
			child.hidden = !words.every(word => plain(child.dataset.filterText).includes(word));
		}
		const none = find('[data-filter-none]', list.parentNode);
		if (none) none.hidden = find('[data-filter-text]:not([hidden])', list);
	};
	on('input', event => { if (event.target.dataset.filter) filter(event.target); });
	addEventListener('pageshow', () => doc.querySelectorAll('[data-filter]').forEach(filter));

	// htmx: focus stays where it was; #dialog opens and closes with what is swapped into it.
	const restore = kept => {
		if (!kept || focused()) return;
		const [same, row] = [kept.id, kept.closest('.row')?.id].map(id => doc.getElementById(id));
		(kept.isConnected ? kept : same || (row && find('.menu > summary', row)) || row || find('#main')).focus({ preventScroll: true });
	};
	let opener;
	on('htmx:config:request', ({ detail: { ctx } }) => { ctx.kept = focused(); });
	on('htmx:before:swap', event => {
		const { ctx } = event.detail, polled = ctx.sourceEvent?.type === 'every';
		if (polled && find('.menu[open]', ctx.sourceElement)) event.preventDefault(); // being read
		ctx.kept = focused() || (!polled && ctx.kept);
		ctx.inDialog = ctx.sourceElement.closest('dialog');
	});
	on('htmx:after:swap', ({ detail: { ctx } }) => {
		const dialog = find('#dialog'), refused = ctx.response?.status >= 400;
		const inside = dialog?.contains(ctx.target.tagName ? ctx.target : find(ctx.target));
		if (ctx.inDialog && !inside && !refused) dialog.close();
		if (inside && dialog.childElementCount) {
			if (!dialog.open) opener = ctx.kept, dialog.showModal();
			(find('[aria-invalid=true], [autofocus]', dialog) || find('h2', dialog))?.focus();
		} else if (refused) find('[aria-invalid=true]')?.focus();
		if (!ctx.inDialog) setTimeout(restore, 0, ctx.kept); // hx-disable let go
		say();
	});
	on('close', ({ target }) => {
		if (target.id !== 'dialog') return;
		target.replaceChildren();
		restore(opener);
	}, true);
	const failed = () => say(find('#status').dataset.failed);
	on('htmx:error', failed);
	on('htmx:response:error', ({ detail: { ctx } }) => { if (ctx.response.status >= 500) failed(); });
})();
