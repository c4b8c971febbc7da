/* Opens Merge Link with the token of this click, and sends on what it gives. https://docs.merge.dev/get-started/link */
(() => {
  const form = document.getElementById('merge-link');
  const says = document.getElementById('merge-says');
  if (!form) return;
  const link = window.MergeLink;
  if (!link) {
    says.textContent = says.dataset.missing;
    return;
  }
  const config = {
    linkToken: form.dataset.linkToken,
    tenantConfig: { apiBaseURL: form.dataset.api },
    shouldSendTokenOnSuccessfulLink: false,
    onSuccess: token => {
      form.elements.public_token.value = token;
      form.submit();
    },
    onExit: () => { if (!form.elements.public_token.value) says.textContent = says.dataset.closed; },
  };
  // openLink before onReady leaves an invisible frame.
  link.initialize({ ...config, onReady: () => link.openLink(config) });
})();
