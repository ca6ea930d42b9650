--[[ shapes: gives the same shape to what may be written in several ways.

A picture with a label that stands alone is a figure, with or without a caption, linked or not, also
where it shows a table (`#tbl-name`). What Pandoc kept as HTML but every output can show, such as
<sup>, <b> and <br>, becomes an element of Pandoc's, in the deck lists, quotations and links as well. A
table in LaTeX becomes one in the book, and HTML that a cell put out becomes what the deck can show of
it. A formula that LaTeX would number, as it does align and gather, has no number without a label.
Only the built-in renderer uses this.
]]

local told = LECTURE or {word = function(english) return english end}

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

local html = (FORMAT or ''):match('^html')
local deck = FORMAT == 'beamer' or FORMAT == 'latex'
if deck then
  kinds.u, kinds.ins = pandoc.Underline, pandoc.Underline
  for _, name in ipairs{'code', 'kbd', 'samp'} do
    kinds[name] = function(inlines) return pandoc.Code(pandoc.utils.stringify(inlines)) end
  end
  function kinds.a(inlines, text)
    local address = text:match('href=["\']?(https?://[^"\'%s>]+)')
    return address and pandoc.Link(inlines, address) or pandoc.Span(inlines)
  end
end

local function tag(inline)
  return inline.t == 'RawInline' and inline.format == 'html' and inline.text or nil
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
    local name = text and text:lower():match(deck and '^<(%a+)[%s>]' or '^<(%a+)>$')
    local function ends(other) return (tag(other) or ''):lower() == '</' .. name .. '>' end
    local _, finish
    if name and kinds[name] then
      _, finish = inlines:find_if(ends, position + 1)
    end
    if finish then
      local inner = pandoc.Inlines(table.move(inlines, position + 1, finish - 1, 1, {}))
      out:insert(kinds[name](Inlines(inner) or inner, text))
      position = finish
    elseif text and text:lower():match('^<br%s*/?>$') then
      out:insert(pandoc.LineBreak())
    else
      out:insert(inline)
    end
    position = position + 1
  end
  return out
end

--- The end of a block of HTML whose content begins at a position, and the last of the blocks it takes.
-- An item ends with its end tag or with what implies it.
local function finish_of(blocks, position, name)
  local implied = ({li = '^li$', dt = '^d[td]$', dd = '^d[td]$'})[name]
  local depth = 0
  for here = position, #blocks do
    local text = blocks[here].t == 'RawBlock' and blocks[here].text:lower() or ''
    local open, close = text:match('^<(%a%w*)[%s>]'), text:match('^</(%a%w*)')
    if depth == 0 and close == name then
      return here, here
    elseif depth == 0 and implied and (open or ''):match(implied) then
      return here, here - 1
    end
    local nests = implied and '^[uod]l$' or '^' .. name .. '$'
    depth = depth + ((open or ''):match(nests) and 1 or 0) - ((close or ''):match(nests) and 1 or 0)
  end
  if implied then
    return #blocks + 1, #blocks
  end
end

--- What lists and the like in HTML are as elements of Pandoc's.
local structures = {}

--- Turn blocks of HTML with what is between their tags into elements; return also those by their tags.
local function structured(blocks)
  local out, parts = pandoc.Blocks{}, pandoc.List{}
  local position = 1
  while position <= #blocks do
    local block = blocks[position]
    local text = block.t == 'RawBlock' and block.format == 'html' and block.text or ''
    local name = text:lower():match('^<(%a%w*)[%s>]')
    local finish, last
    if name and (structures[name] or name:match('^[ld][itd]$')) then
      finish, last = finish_of(blocks, position + 1, name)
    end
    if name == 'pre' and not finish then
      out:extend(pandoc.read(text:gsub('^(<[^>]*>)\n', '%1'), 'html').blocks)
    elseif finish then
      local inner, inside = structured(pandoc.Blocks(table.move(blocks, position + 1, finish - 1, 1, {})))
      parts:insert{name = name, content = inner}
      if structures[name] then
        out:insert(structures[name](inner, inside, text))
      end
      position = last
    else
      out:insert(block)
    end
    position = position + 1
  end
  return out, parts
end

local function contents(parts)
  return parts:map(function(part) return part.content end)
end

function structures.ul(_, parts)
  return pandoc.BulletList(contents(parts))
end

function structures.ol(_, parts, text)
  local start = tonumber(text:match('start=["\']?(%d+)') or 1)
  return pandoc.OrderedList(contents(parts), pandoc.ListAttributes(start))
end

function structures.dl(_, parts)
  local items = pandoc.List{}
  for _, part in ipairs(parts) do
    if part.name == 'dt' or #items == 0 then
      items:insert{pandoc.utils.blocks_to_inlines(part.content), {}}
    else
      table.insert(items[#items][2], part.content)
    end
  end
  return pandoc.DefinitionList(items)
end

function structures.pre(inner)
  return pandoc.CodeBlock(pandoc.utils.stringify(inner))
end

structures.blockquote = pandoc.BlockQuote

function structures.p(inner)
  return pandoc.Para(pandoc.utils.blocks_to_inlines(inner))
end

for level = 1, 6 do
  structures['h' .. level] = function(inner)
    return pandoc.Para{pandoc.Strong(pandoc.utils.blocks_to_inlines(inner))}
  end
end

local numbered = {
  align = 'aligned', alignat = 'alignedat', eqnarray = 'aligned', equation = '', flalign = 'aligned',
  gather = 'gathered', multline = 'gathered',
}

local new = {newcommand = true, providecommand = true, DeclareMathOperator = true}

local function without_macro(definition, command)
  return (new[command] or definition:match('#%d')) and '' or definition
end

--- In the book a table that LaTeX sets. In the deck no macros: Pandoc has applied them, and LaTeX would
-- refuse an argument's # within a frame, and a definition that two chapters have.
local function RawBlock(block)
  if deck and block.format == 'tex' then
    block.text = block.text:gsub('(\\(%a+)%*?%s*{?\\%a+}?[^{}\\]-%b{})', without_macro)
    return block.text:match('%S') and block or {}
  end
  if html and block.format == 'tex' and block.text:match('\\begin{%a*tab%a*%*?}') then
    return pandoc.read(block.text, 'latex').blocks
  end
end

--- A formula outside of dollars, in the deck.
local function RawInline(inline)
  local name, rest = inline.text:match('^%s*\\begin{(%a+)}(.*)\\end{%1}%s*$')
  if deck and inline.format == 'tex' and numbered[name] then
    inline.text = '\\begin{' .. name .. '*}' .. rest .. '\\end{' .. name .. '*}'
    return inline
  end
end

--- In dollars LaTeX knows other names of these.
local function Math(math)
  local name, star, rest = math.text:match('^%s*\\begin{(%a+)(%*?)}(.*)\\end{%1%2}%s*$')
  local inner = deck and numbered[name]
  if inner then
    math.text = inner == '' and rest or '\\begin{' .. inner .. '}' .. rest .. '\\end{' .. inner .. '}'
    return math
  end
end

--- What a cell put out as HTML, in the deck: its text and its tables.
local function CodeBlock(block)
  if not (deck and block.classes:includes('html-output')) then
    return nil
  end
  local text = block.text:gsub('<style.-</style>', ''):gsub('<script.-</script>', '')
    :gsub('<audio.-</audio>', ''):gsub('<video.-</video>', '')
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
    return pandoc.Para{pandoc.Emph{pandoc.Str(told.word('(Shown in the book.)'))}}
  end
  return read.blocks
end

--- A footnote of LaTeX's cannot hold a block of code: its lines, then.
local function Note(note)
  return note:walk{CodeBlock = function(block)
    local lines = pandoc.Inlines{}
    for line in (block.text .. '\n'):gmatch('(.-)\n') do
      lines:extend{pandoc.Code(line), pandoc.LineBreak()}
    end
    lines:remove()
    return pandoc.Para(lines)
  end}
end

--- To look at every list of inlines takes long, and few documents have any HTML in them.
local function Pandoc(doc)
  local has_html = false
  doc:walk{RawInline = function(raw) has_html = has_html or raw.format == 'html' end}
  return has_html and doc:walk{Inlines = Inlines} or nil
end

return {{Pandoc = Pandoc}, {
  Para = Para, RawBlock = RawBlock, CodeBlock = CodeBlock, Math = Math, RawInline = RawInline,
  Note = deck and Note or nil, Blocks = deck and structured or nil,
}}
