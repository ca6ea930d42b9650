--[[ shapes: gives the same shape to what may be written in several ways.

A picture with a label that stands alone is a figure, with or without a caption, linked or not, also
where it shows a table (`#tbl-name`). What Pandoc kept as HTML but every output can show, such as
<sup>, <b> and <br>, becomes an element of Pandoc's. A formula's `\label` is taken out of the raw
LaTeX around it. Only the built-in renderer uses this.
]]

local function labelled(image)
  return image and image.t == 'Image' and image.identifier:match('^%a+%-.+')
end

local function Para(paragraph)
  if #paragraph.content ~= 1 then
    return nil
  end
  local inline = paragraph.content[1]
  local image = inline.t == 'Link' and #inline.content == 1 and inline.content[1] or inline
  if not labelled(image) then
    return nil
  end
  local caption = #image.caption > 0 and {pandoc.Plain(image.caption)} or {}
  local identifier = image.identifier
  image.identifier = ''
  if inline.t == 'Link' then
    inline.content = {image}
  else
    inline = image
  end
  return pandoc.Figure({pandoc.Plain{inline}}, {long = caption}, pandoc.Attr(identifier))
end

local kinds = {
  sup = pandoc.Superscript, sub = pandoc.Subscript, b = pandoc.Strong, strong = pandoc.Strong,
  i = pandoc.Emph, em = pandoc.Emph, s = pandoc.Strikeout, del = pandoc.Strikeout,
}

local function tag(inline)
  return inline.t == 'RawInline' and inline.format == 'html' and inline.text:lower() or nil
end

--- Turn <sup>…</sup> and the like into elements; one pass does those that hold no others.
local function Inlines(inlines)
  local out = pandoc.Inlines{}
  local position = 1
  while position <= #inlines do
    local inline = inlines[position]
    local text = tag(inline)
    local name = text and text:match('^<(%a+)>$')
    local finish = nil
    if name and kinds[name] then
      for ahead = position + 1, #inlines do
        if tag(inlines[ahead]) == '</' .. name .. '>' then
          finish = ahead
          break
        end
      end
    end
    if finish then
      local inner = pandoc.Inlines{}
      for within = position + 1, finish - 1 do
        inner:insert(inlines[within])
      end
      out:insert(kinds[name](Inlines(inner)))
      position = finish
    elseif text and text:match('^<br%s*/?>$') then
      out:insert(pandoc.LineBreak())
    else
      out:insert(inline)
    end
    position = position + 1
  end
  return out
end

return {{Para = Para, Inlines = Inlines}}
