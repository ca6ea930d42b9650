--[[ code-fold: folds the code of a cell with `code-fold: true` in the book; the deck shows it.

The built-in renderer puts such code into a Div with the class `code-fold`. `open="true"` shows it
unfolded at first. Quarto does this itself.
]]

local words = {}

local function Meta(meta)
  words = meta['lecture-words'] or {}
end

local function word(english)
  return words[english] and pandoc.utils.stringify(words[english]) or english
end

local function Div(div)
  if not div.classes:includes('code-fold') then
    return nil
  end
  if not FORMAT:match('^html') then
    return div.content
  end
  local open = div.attributes.open and ' open' or ''
  local blocks = pandoc.List{
    pandoc.RawBlock('html', '<details class="code-fold"' .. open .. '><summary>' .. word('Code') .. '</summary>'),
  }
  blocks:extend(div.content)
  blocks:insert(pandoc.RawBlock('html', '</details>'))
  return blocks
end

return {{Meta = Meta}, {Div = Div}}
