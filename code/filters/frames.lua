--[[ frames: what only a deck has stays out of the book.

Speaker notes (`::: {.notes}`) and pauses (`. . .`) are dropped from HTML. Used by Quarto, which
would print both, and by the built-in renderer.
]]

local function Div(div)
  if div.classes:includes('notes') then
    return {}
  end
end

local function Para(paragraph)
  if pandoc.utils.stringify(paragraph) == '. . .' then
    return {}
  end
end

if FORMAT:match('^html') then
  return {{Div = Div, Para = Para}}
end
