// The CDN's htmx did not come (a closed intranet): take the copy that lies here.
if (!window.htmx && document.currentScript.dataset.src) {
  const script = document.createElement('script');
  script.src = document.currentScript.dataset.src;
  document.head.append(script);
}
