--[[ answers: `::: {.answer}` is a closed fold in the book, and not in the deck at all.

Used by Quarto and by the built-in renderer.
]]

local words = {}

local function Meta(meta)
  words = meta['lecture-words'] or {}
end

local function word(english)
  return words[english] and pandoc.utils.stringify(words[english]) or english
end

local function Div(div)
  if not div.classes:includes('answer') then
    return nil
  end
  if not FORMAT:match('^html') then
    return {}
  end
  -- A heading in the answer begins a section, which must end in the fold: hence the Div.
  return {
    pandoc.RawBlock('html', '<details class="answer"><summary>' .. word('Solution') .. '</summary>'),
    pandoc.Div(div.content, {class = 'answer-text'}),
    pandoc.RawBlock('html', '</details>'),
  }
end

return {{Meta = Meta}, {Div = Div}}
