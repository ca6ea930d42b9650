--[[ pictures: gives pictures their alternative text and, to those of cells, their path.

`fig-alt` goes where a reader's software looks for it. A picture with the class `cell-picture`
was made by a cell: its source is a bare file name; `pdf` names the file for the deck. They lie in
the folder LECTURE.media. Only the built-in renderer uses this.
]]

local media = (LECTURE or {}).media or ''

local function Image(image)
  local alt = image.attributes['fig-alt']
  if alt then
    image.caption = {pandoc.Str(alt)}
    image.attributes['fig-alt'] = nil
  elseif #image.caption == 0 then
    image.attributes['alt'] = ''  -- tells a screen reader to pass on
  end
  if image.classes:includes('cell-picture') then
    local source = FORMAT:match('^html') and image.src or image.attributes['pdf']
    image.src = media .. source
    image.attributes['pdf'] = nil
    image.classes = image.classes:filter(function(class) return class ~= 'cell-picture' end)
  end
  return image
end

--- A cell's Div has a meaning in HTML only; in LaTeX its identifier would take up room.
local function Div(div)
  if div.classes:includes('cell') and not FORMAT:match('^html') then
    return div.content
  end
end

return {{Image = Image, Div = Div}}
