/* The menu of chapters in the bar closes with Escape and with a click elsewhere. */
'use strict';
{
  const menu = document.querySelector('.menu');

  addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !menu.open) return;
    menu.open = false;
    menu.querySelector('summary').focus();
  });
  addEventListener('click', (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
}
