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
  -- A heading in the answer begins a section, which must end in the fold: hence the Div.
  return {
    pandoc.RawBlock('html', '<details class="answer"><summary>Solution</summary>'),
    pandoc.Div(div.content, {class = 'answer-text'}),
    pandoc.RawBlock('html', '</details>'),
  }
end

return {{Div = Div}}
