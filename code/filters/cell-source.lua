--[[ cell-source: beside a cell's code, a link to its line in the project's repository, if it has one.

The renderer writes into the attribute `data-source` of the code where the cell stands. Used by the
built-in renderer alone; Quarto has `repo-actions`.
]]

local told = LECTURE or {word = function(english) return english end}
local repository = told.repository or ''

local function CodeBlock(block)
  local place = block.attributes['data-source']
  if not place or not block.classes:includes('cell-code') then
    return nil
  end
  block.attributes['data-source'] = nil
  if repository == '' then
    return block
  end
  local link = pandoc.Link(told.word('Source'), repository .. '/' .. place, place:gsub('#L', ':'), {class = 'cell-source'})
  return pandoc.Div({block, pandoc.Plain{link}}, {class = 'sourced'})
end

if FORMAT:match('^html') then
  return {{CodeBlock = CodeBlock}}
end
