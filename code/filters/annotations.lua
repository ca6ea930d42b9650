--[[ annotations: ties the marks `# <1>` in code to the list that explains them.

A list in numbers right behind a block or a cell of code explains its marks, as in Quarto: the mark
becomes `# (1)`, and the list's numbers have the same form. Only the built-in renderer uses this.
]]

local mark = '([#%%/%-;][#%%/%-;]?%s*)<(%d+)>%s*$'

--- The block with its marks in the list's form; nil where it has none.
local function annotated(block)
  local found = false
  local function in_code(code)
    local lines = pandoc.List{}
    for line in (code.text .. '\n'):gmatch('(.-)\n') do
      local changed, count = line:gsub(mark, '%1(%2)')
      found = found or count > 0
      lines:insert(changed)
    end
    code.text = table.concat(lines, '\n')
    return code
  end
  if block.t == 'CodeBlock' then
    block = in_code(block)
  elseif block.t == 'Div' and block.classes:includes('cell') then
    block = block:walk{CodeBlock = function(code)
      if code.classes:includes('cell-code') then
        return in_code(code)
      end
    end}
  end
  return found and block or nil
end

local function Blocks(blocks)
  for position = 1, #blocks - 1 do
    local list = blocks[position + 1]
    local block = list.t == 'OrderedList' and annotated(blocks[position])
    if block then
      list.listAttributes.delimiter = 'TwoParens'
      blocks[position] = block
      blocks[position + 1] = pandoc.Div({list}, {class = 'annotations'})
    end
  end
  return blocks
end

return {{Blocks = Blocks}}
