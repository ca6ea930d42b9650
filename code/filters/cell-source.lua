--[[ cell-source: beside a cell's code, a link to its line in the project's repository, if it has one.

The renderer writes into the attribute `data-source` of the code where the cell stands. Used by the
built-in renderer alone; Quarto has `repo-actions`.
]]

local repository, words = '', {}

local function Meta(meta)
  words = meta['lecture-words'] or {}
  repository = pandoc.utils.stringify(meta['lecture-repository'] or '')
end

local function CodeBlock(block)
  local place = block.attributes['data-source']
  if not place or not block.classes:includes('cell-code') then
    return nil
  end
  block.attributes['data-source'] = nil
  if repository == '' then
    return block
  end
  local english = 'Source'
  local text = words[english] and pandoc.utils.stringify(words[english]) or english
  local link = pandoc.Link(text, repository .. '/' .. place, place:gsub('#L', ':'), {class = 'cell-source'})
  return pandoc.Div({block, pandoc.Plain{link}}, {class = 'sourced'})
end

if FORMAT:match('^html') then
  return {{Meta = Meta}, {CodeBlock = CodeBlock}}
end
