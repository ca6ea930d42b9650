/* A button that copies a piece of code. Output of cells has none. */
'use strict';
{
  /* The clipboard interface exists on secure pages only; a plain http server gets the old way. */
  async function copy(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const area = document.createElement('textarea');
    area.value = text;
    area.className = 'off-screen';
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    if (!done) throw new Error('the browser does not copy');
  }

  for (const code of document.querySelectorAll('article div.sourceCode')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'copy';
    button.textContent = 'Copy';
    button.setAttribute('aria-label', 'Copy this code');
    const status = document.createElement('span');
    status.className = 'off-screen';
    status.setAttribute('role', 'status');
    button.addEventListener('click', async () => {
      let said = 'Copied';
      try {
        await copy(code.querySelector('code').innerText.replace(/\n$/, '') + '\n');
      } catch {
        said = 'Not copied';
      }
      button.textContent = said;
      status.textContent = said;
      setTimeout(() => { button.textContent = 'Copy'; status.textContent = ''; }, 2000);
    });
    code.append(button, status);
  }
}
