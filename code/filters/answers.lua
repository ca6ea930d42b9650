--[[ answers: `::: {.answer}` is a closed fold in the book, and not in the deck at all.

Used by Quarto and by the built-in renderer.
]]

local function Div(div)
  if not div.classes:includes('answer') then
    return nil
  end
  if not FORMAT:match('^html') then
    return {}
  end
  local blocks = pandoc.List{
    pandoc.RawBlock('html', '<details class="answer"><summary>Solution</summary>'),
  }
  blocks:extend(div.content)
  blocks:insert(pandoc.RawBlock('html', '</details>'))
  return blocks
end

return {{Div = Div}}
