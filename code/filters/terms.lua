--[[ terms: `[term]{.term}` marks where a term is explained; it becomes a place that links lead to.

The index of terms (lecturebuild/listing.py) makes the same name of the place from the same text. A
term that is marked twice on a page is a place once. Used by Quarto and by the built-in renderer.
]]

local seen = {}

local function Span(span)
  if span.classes:includes('term') and span.identifier == '' then
    local text = pandoc.utils.stringify(span.content):lower()
    local place = 'term-' .. text:gsub('[^a-z0-9]+', '-'):gsub('^%-+', ''):gsub('%-+$', '')
    if not seen[place] then
      seen[place] = true
      span.identifier = place
      return span
    end
  end
end

return {{Span = Span}}
