--[[ notes: puts a footnote right after the paragraph that it belongs to.

On a wide page the style sheet sets it in the margin beside that paragraph, on a narrow one below
it; either way it is read where it belongs. Runs after citations are set, which in some styles are
notes themselves. Only the built-in renderer uses this.
]]

local count = 0

--- Replace the notes in a block by numbers that link to them; return the block and the notes.
local function take(block)
  local notes = pandoc.List{}
  -- A picture's alternative text is its caption once more, in which a note cannot be.
  block = block:walk{Image = function(image)
    image.caption = image.caption:walk{Note = function() return {} end}
    return image
  end}
  block = block:walk{
    Note = function(note)
      count = count + 1
      local number = tostring(count)
      local back = pandoc.Link(number, '#note-ref-' .. number, '', {class = 'note-number', ['aria-label'] = 'Back to the text, note ' .. number})
      local content = note.content
      if #content > 0 and (content[1].t == 'Para' or content[1].t == 'Plain') then
        content[1] = pandoc.Para(pandoc.Inlines{back, pandoc.Space()} .. content[1].content)
      else
        content:insert(1, pandoc.Para{back})
      end
      notes:insert(pandoc.Div(content, {id = 'note-' .. number, class = 'note', role = 'note'}))
      local link = pandoc.Link(number, '#note-' .. number, '', {id = 'note-ref-' .. number, ['aria-label'] = 'Note ' .. number})
      return pandoc.Superscript{link}
    end,
  }
  return block, notes
end

local function noted(blocks)
  local out = pandoc.List{}
  for _, block in ipairs(blocks) do
    local changed, notes = take(block)
    if #notes == 0 then
      out:insert(block)
    else
      out:insert(pandoc.Div({changed, pandoc.Div(notes, {class = 'notes'})}, {class = 'noted'}))
    end
  end
  return out
end

if FORMAT:match('^html') then
  return {{Pandoc = function(doc)
    doc.blocks = noted(doc.blocks)
    return doc
  end}}
end
