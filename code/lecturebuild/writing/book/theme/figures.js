/* Figures open in a dialog as large as the window, by a click or by their button. */
'use strict';
{
  const dialog = document.createElement('dialog');
  dialog.className = 'enlarged';
  dialog.innerHTML = '<button type="button" class="close">Close</button><div class="picture"></div><p></p>';
  const picture = dialog.querySelector('.picture');
  const caption = dialog.querySelector('p');
  document.body.append(dialog);
  dialog.querySelector('.close').addEventListener('click', () => dialog.close());
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog || event.target === picture) dialog.close();
  });

  function enlarge(image, text) {
    const large = image.cloneNode();
    large.loading = 'eager';
    picture.replaceChildren(large);
    caption.textContent = text;
    dialog.setAttribute('aria-label', text || 'Picture');
    dialog.showModal();
  }

  for (const figure of document.querySelectorAll('article figure')) {
    const image = figure.querySelector('img');
    if (!image) continue;
    const label = figure.querySelector('.caption-label')?.textContent.replace(/:$/, '') ?? 'picture';
    const text = figure.querySelector('figcaption')?.innerText ?? '';
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'enlarge';
    button.textContent = 'Enlarge';
    button.setAttribute('aria-label', `Enlarge ${label}`);
    button.setAttribute('aria-haspopup', 'dialog');
    button.addEventListener('click', () => enlarge(image, text));
    image.addEventListener('click', () => enlarge(image, text));
    image.after(button);
    figure.classList.add('enlargeable');
  }
}
