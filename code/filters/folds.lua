--[[ folds: what the book folds away: answers, and the code of a cell with `code-fold: true`.

`::: {.answer}` is not in the deck at all. Code stands in a Div with the class `code-fold`, which the
built-in renderer makes; `open="true"` shows it unfolded at first, and the deck always. Used by Quarto,
which folds code itself, and by the built-in renderer.
]]

local told = LECTURE or {word = function(english) return english end}

local function fold(attributes, english, content)
  local start = '<details ' .. attributes .. '><summary>' .. told.word(english) .. '</summary>'
  return pandoc.List{pandoc.RawBlock('html', start)} .. content
    .. {pandoc.RawBlock('html', '</details>')}
end

local function Div(div)
  local in_book = FORMAT:match('^html')
  if div.classes:includes('answer') then
    -- A heading in the answer begins a section, which must end in the fold: hence the Div.
    local text = pandoc.Blocks{pandoc.Div(div.content, {class = 'answer-text'})}
    return in_book and fold('class="answer"', 'Solution', text) or {}
  elseif div.classes:includes('code-fold') then
    local attributes = 'class="code-fold"' .. (div.attributes.open and ' open' or '')
    return in_book and fold(attributes, 'Code', div.content) or div.content
  end
end

return {{Div = Div}}
