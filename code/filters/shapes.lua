--[[ shapes: gives the same shape to what may be written in several ways.

A picture with a label that stands alone is a figure, with or without a caption, linked or not, also
where it shows a table (`#tbl-name`). What Pandoc kept as HTML but every output can show, such as
<sup>, <b> and <br>, becomes an element of Pandoc's. A table in LaTeX becomes one in the book, and
HTML that a cell put out becomes what the deck can show of it. Only the built-in renderer uses this.
]]

local nothing = '(Shown in the book.)'

local function Meta(meta)
  local words = meta['lecture-words'] or {}
  nothing = words[nothing] and pandoc.utils.stringify(words[nothing]) or nothing
end

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
  if not inlines:find_if(tag) then
    return nil
  end
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
      out:insert(kinds[name](Inlines(inner) or inner))
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

local html = (FORMAT or ''):match('^html')
local deck = FORMAT == 'beamer' or FORMAT == 'latex'

--- A table that LaTeX sets, in the book.
local function RawBlock(block)
  if html and block.format == 'tex' and block.text:match('\\begin{%a*tab%a*%*?}') then
    return pandoc.read(block.text, 'latex').blocks
  end
end

--- What a cell put out as HTML, in the deck: its text and its tables.
local function CodeBlock(block)
  if not (deck and block.classes:includes('html-output')) then
    return nil
  end
  local text = block.text:gsub('<style.-</style>', ''):gsub('<script.-</script>', '')
  local read = pandoc.read(text, 'html')
  read = read:walk{
    Image = function(image)
      return #image.caption > 0 and pandoc.Emph(image.caption) or {}
    end,
    Div = function(div) return div.content end,
    Span = function(span) return span.content end,
    Table = function(tbl)
      tbl.attr = pandoc.Attr()
      return tbl
    end,
    RawBlock = function() return {} end,
    RawInline = function() return {} end,
  }
  local tables = false
  read:walk{Table = function() tables = true end}
  if not tables and pandoc.utils.stringify(read):match('^%s*$') then
    return pandoc.Para{pandoc.Emph{pandoc.Str(nothing)}}
  end
  return read.blocks
end

--- To look at every list of inlines takes long, and few documents have any HTML in them.
local function Pandoc(doc)
  local has_html = false
  doc:walk{RawInline = function(raw) has_html = has_html or raw.format == 'html' end}
  return has_html and doc:walk{Inlines = Inlines} or nil
end

return {
  {Meta = Meta}, {Pandoc = Pandoc}, {Para = Para, RawBlock = RawBlock, CodeBlock = CodeBlock},
}
