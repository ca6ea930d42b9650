--[[ notebook: turns an exercise's text into plain Markdown, as Jupyter shows it.

References become their text, with the numbers of the book (see shared/references.lua); a labelled equation gets its number as a tag; divs and spans become what is in
them, callouts a quotation or a fold, local links and pictures their text. A Div `.notebook-cell`
marks the place of a code cell and becomes the comment <!-- cell N -->, by which the text is split;
an answer stands between <!-- answer --> and <!-- end of answer -->.

Run before citeproc and once more after it, for what citeproc writes.
]]

_G.LECTURE_FORMAT = 'html'  -- of the two outputs, a notebook is the book's

local here = pandoc.path.directory(PANDOC_SCRIPT_FILE)
local references = dofile(pandoc.path.join{here, 'shared', 'references.lua'})
local visibility = dofile(pandoc.path.join{here, 'visibility.lua'})[1]

local dropped = {notes = true, book = true}

local function markdown(text)
  return pandoc.RawBlock('commonmark', text)
end

local function Cite(cite)
  return references.cite(cite, function(_, entry, bare)
    local titled = entry.kind == 'sec' and entry.number ~= '' and not bare
    local title = titled and ' (' .. references.title(entry) .. ')' or ''
    return pandoc.Str(references.text(entry, bare) .. title)
  end)
end

--- `$$…$$ {#eq-name}` becomes one formula with its number as a tag.
local function Inlines(inlines)
  local result = pandoc.List{}
  for _, inline in ipairs(inlines) do
    local id = inline.t == 'Str' and inline.text:match('^{#(eq%-[^}]+)}$')
    if id then
      if #result > 0 and result[#result].t ~= 'Math' then
        result:remove()
      end
      local formula = result[#result]
      formula.text = formula.text:gsub('%s+$', '') .. ' \\tag{' .. references.number(id) .. '}'
    else
      result:insert(inline)
    end
  end
  return result
end

local function callout(div, kind)
  local title = pandoc.Inlines{pandoc.Str((kind:gsub('^%l', string.upper)))}
  local content = div.content
  if div.attributes.title then
    title = pandoc.utils.blocks_to_inlines(pandoc.read(div.attributes.title).blocks)
  elseif #content > 0 and content[1].t == 'Header' then
    title = content[1].content
    content:remove(1)
  end
  if div.attributes.collapse == 'true' then
    local escapes = {['&'] = '&amp;', ['<'] = '&lt;', ['>'] = '&gt;'}
    local summary = pandoc.utils.stringify(title):gsub('[&<>]', escapes)
    return pandoc.List{markdown('<details><summary>' .. summary .. '</summary>')} .. content
      .. {markdown('</details>')}
  end
  return pandoc.BlockQuote(pandoc.List{pandoc.Para{pandoc.Strong(title)}} .. content)
end

local function Div(div)
  if div.classes:includes('notebook-cell') then
    return markdown('<!-- cell ' .. div.attributes.index .. ' -->')
  end
  if div.classes:includes('answer') then
    -- A note would come to stand at the end, outside of the answer.
    local content = div.content:walk{
      Note = function(note)
        return pandoc.Inlines{pandoc.Space(), pandoc.Str('(')}
          .. pandoc.utils.blocks_to_inlines(note.content) .. {pandoc.Str(')')}
      end,
    }
    return pandoc.List{markdown('<!-- answer -->')} .. content
      .. {markdown('<!-- end of answer -->')}
  end
  if div.identifier == 'refs' and #div.content == 0 then
    return nil  -- citeproc fills it
  end
  for _, class in ipairs(div.classes) do
    if dropped[class] then
      return {}
    end
    local kind = class:match('^callout%-(%a+)$')
    if kind then
      return callout(div, kind)
    end
  end
  return div.content
end

local function Header(header)
  header.attr = pandoc.Attr()
  return header
end

local function Table(tbl)
  local caption = tbl.caption.long
  if #caption == 0 then
    return nil
  end
  local inlines = pandoc.utils.blocks_to_inlines(caption)
  local last = inlines[#inlines]
  local id = tbl.identifier:match('^tbl%-.+')
    or last.t == 'Str' and last.text:match('^{#(tbl%-[^}]+)}$')
  if last.t == 'Str' and last.text:match('^{#tbl') then
    inlines:remove()
  end
  if id then
    inlines = pandoc.Inlines{pandoc.Str('Table\u{a0}' .. references.number(id) .. ':'), pandoc.Space()} .. inlines
  end
  tbl.caption.long, tbl.attr = {}, pandoc.Attr()
  return {pandoc.Para{pandoc.Emph(inlines)}, tbl}
end

local function Link(link)
  if not link.target:match('^%a+:') then
    return link.content
  end
  link.attr = pandoc.Attr()
  return link
end

local function Image(image)
  local alt = image.attributes['fig-alt'] or pandoc.utils.stringify(image.caption)
  return pandoc.Emph{pandoc.Str('(Picture: ' .. alt .. ')')}
end

--- Jupyter reads an environment such as align without dollars around it.
local function RawBlock(block)
  if block.format == 'tex' or block.format == 'latex' then
    return markdown(block.text)
  end
end

--- Pauses are a deck's.
local function Para(paragraph)
  if pandoc.utils.stringify(paragraph) == '. . .' then
    return {}
  end
end

local function Figure(figure)
  return pandoc.Para(pandoc.utils.blocks_to_inlines(figure.content))
end

local function Span(span)
  return span.content
end

local function CodeBlock(block)
  local language = block.classes[1]
  block.attr = pandoc.Attr('', language and {language} or {})
  return block
end

return {
  visibility,
  {Cite = Cite, Inlines = Inlines},
  {
    Div = Div, Header = Header, Table = Table, Link = Link, Image = Image, Figure = Figure,
    RawBlock = RawBlock, Span = Span, CodeBlock = CodeBlock, Para = Para,
  },
}
