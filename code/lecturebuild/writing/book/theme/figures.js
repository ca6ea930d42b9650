/* Figures open in a dialog as large as the window, by a click or by their button.

   There they are never smaller than on paper: what is larger than the window scrolls. The keys + and
   -, two fingers, or Ctrl and the wheel change the size; 0 fits the picture into the window. */
'use strict';
{
  const STEP = 1.25;
  const LARGEST = 6;  // times the size on paper
  const dialog = document.createElement('dialog');
  dialog.className = 'enlarged';
  dialog.innerHTML = `<div class="buttons">
<button type="button" data-zoom="out" aria-label="Smaller" aria-keyshortcuts="-">−</button>
<button type="button" data-zoom="in" aria-label="Larger" aria-keyshortcuts="+">+</button>
<button type="button" data-zoom="fit" aria-keyshortcuts="0">Fit</button>
<button type="button" class="close">Close</button></div>
<div class="picture" tabindex="0" autofocus role="group" aria-label="The picture; arrow keys move it"></div><p></p>`;
  const picture = dialog.querySelector('.picture');
  const caption = dialog.querySelector('p');
  document.body.append(dialog);

  let image = null;
  let size = [1, 1];  // of the picture on paper, in pixels of the page
  let scale = 1;

  function fit() {
    return Math.min(picture.clientWidth / size[0], picture.clientHeight / size[1]);
  }

  /* Change the scale; the point of the picture at (x, y), in the window, stays where it is. */
  function zoom(wanted, x, y) {
    const box = picture.getBoundingClientRect();
    const at = [(x ?? box.x + box.width / 2) - box.x, (y ?? box.y + box.height / 2) - box.y];
    const smallest = Math.min(fit(), 1);
    const next = Math.min(Math.max(wanted, smallest), LARGEST * Math.max(fit(), 1));
    const ratio = next / scale;
    const [left, top] = [picture.scrollLeft, picture.scrollTop];
    scale = next;
    image.width = Math.floor(size[0] * scale);
    image.height = Math.floor(size[1] * scale);
    picture.scrollTo((left + at[0]) * ratio - at[0], (top + at[1]) * ratio - at[1]);
  }

  const actions = {
    in: () => zoom(scale * STEP),
    out: () => zoom(scale / STEP),
    fit: () => zoom(fit()),
  };
  const keys = {'+': actions.in, '=': actions.in, '-': actions.out, '0': actions.fit};

  /* The words of a caption, without its button and the formulas' LaTeX. */
  function plain(words) {
    const copy = words?.cloneNode(true);
    copy?.querySelectorAll('button, annotation').forEach((element) => element.remove());
    return copy?.textContent ?? '';
  }

  function enlarge(small, text) {
    image = small.cloneNode();
    image.loading = 'eager';
    size = [Number(small.getAttribute('width')) || small.naturalWidth, Number(small.getAttribute('height')) || small.naturalHeight];
    picture.replaceChildren(image);
    caption.textContent = text;
    dialog.setAttribute('aria-label', text || 'Picture');
    dialog.showModal();
    scale = 1;
    zoom(Math.max(fit(), 1));
    picture.scrollTo(0, 0);
  }

  dialog.querySelector('.close').addEventListener('click', () => dialog.close());
  for (const button of dialog.querySelectorAll('[data-zoom]')) {
    button.addEventListener('click', actions[button.dataset.zoom]);
  }
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog || event.target === picture) dialog.close();
  });
  dialog.addEventListener('keydown', (event) => {
    const action = event.ctrlKey || event.metaKey || event.altKey ? null : keys[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
  picture.addEventListener('wheel', (event) => {
    if (!event.ctrlKey) return;  // so do trackpads report two fingers
    event.preventDefault();
    zoom(scale * Math.exp(-event.deltaY / 200), event.clientX, event.clientY);
  }, {passive: false});

  let apart = 0;  // the distance of two fingers
  picture.addEventListener('touchstart', () => { apart = 0; }, {passive: true});
  picture.addEventListener('touchmove', (event) => {
    if (event.touches.length !== 2) return;
    event.preventDefault();
    const [a, b] = event.touches;
    const distance = Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
    if (apart) zoom(scale * distance / apart, (a.clientX + b.clientX) / 2, (a.clientY + b.clientY) / 2);
    apart = distance;
  }, {passive: false});

  for (const figure of document.querySelectorAll('article figure')) {
    const small = figure.querySelector('img');
    if (!small) continue;
    const words = figure.querySelector('figcaption');
    const label = words?.querySelector('.caption-label')?.textContent.replace(/:$/, '') ?? 'this picture';
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'enlarge';
    button.textContent = 'Enlarge';
    button.setAttribute('aria-label', `Enlarge ${label}`);
    button.setAttribute('aria-haspopup', 'dialog');
    for (const element of [button, small]) {
      element.addEventListener('click', () => enlarge(small, plain(words)));
    }
    (words?.matches(':not([aria-hidden])') ? words : figure).append(button);
    figure.classList.add('enlargeable');
  }
}
