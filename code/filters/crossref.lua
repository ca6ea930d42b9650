--[[ crossref: numbers figures, equations and tables, and turns references into links.

Numbers and titles come from shared/references.lua; LECTURE.root is the relative path from the page
being written to the book's first folder. In a deck a reference to a section becomes its title, since
frames have no numbers. Quarto does all this itself; only the built-in renderer uses this filter.
]]

local references = dofile(
  pandoc.path.join{pandoc.path.directory(PANDOC_SCRIPT_FILE), 'shared', 'references.lua'}
)
local root = LECTURE and LECTURE.root or ''
local present = {}
local html = FORMAT:match('^html') ~= nil

local function equation(math, id)
  local number = references.number(id)
  if html then
    return pandoc.Div({
      pandoc.Plain{math},
      pandoc.Plain{pandoc.Span({pandoc.Str('(' .. number .. ')')}, {class = 'equation-number'})},
    }, {id = id, class = 'equation'})
  end
  -- The target stands inside: in front of the formula it would be a line of its own.
  present[id] = true
  local body = '\\begin{equation}\\tag{%s}\\hypertarget{%s}{}%s\\end{equation}'
  return pandoc.RawBlock('latex', body:format(number, id, math.text))
end

local function is_space(inline)
  return inline and (inline.t == 'Space' or inline.t == 'SoftBreak')
end

--- Split a paragraph at its labelled equations.
local function split(paragraph)
  local blocks, rest = {}, pandoc.List{}
  local function flush()
    while is_space(rest[#rest]) do
      rest:remove()
    end
    if #rest > 0 then
      table.insert(blocks, pandoc.Para(rest))
    end
    rest = pandoc.List{}
  end
  for _, inline in ipairs(paragraph.content) do
    local id = inline.t == 'Str' and inline.text:match('^{#(eq%-[^}]+)}$')
    local place = is_space(rest[#rest]) and #rest - 1 or #rest
    if id and rest[place] and rest[place].mathtype == 'DisplayMath' then
      local formula = rest:remove(place)
      flush()
      table.insert(blocks, equation(formula, id))
    elseif #rest > 0 or not is_space(inline) then
      rest:insert(inline)
    end
  end
  flush()
  return blocks
end

local function has_label(paragraph)
  return paragraph.content:find_if(function(inline)
    return inline.t == 'Str' and inline.text:match('^{#eq%-[^}]+}$')
  end)
end

local function Para(paragraph)
  if has_label(paragraph) then
    return split(paragraph)
  end
end

local function prefix(caption, kind, id)
  local text = references.label(kind, id)
  local label = pandoc.List{pandoc.Span({pandoc.Str(text)}, {class = 'caption-label'}), pandoc.Space()}
  if #caption == 0 then
    return {pandoc.Plain(label)}
  end
  caption[1].content = label .. caption[1].content
  return caption
end

--- LaTeX counts by itself; this makes it print our number instead.
local function latex_number(counter, id)
  local text = '\\renewcommand{\\the' .. counter .. '}{' .. references.number(id) .. '}'
  local english = counter == 'figure' and 'Figure' or 'Table'
  local name = references.word(english)
  if name ~= english then
    text = text .. '\\renewcommand{\\' .. counter .. 'name}{' .. name .. '}'
  end
  return pandoc.RawBlock('latex', text)
end

--- LaTeX would number a caption without a label as well.
local function unnumbered(element)
  if not html and #element.caption.long > 0 then
    return {
      pandoc.RawBlock('latex', '\\begingroup\\lectureunnumbered'), element,
      pandoc.RawBlock('latex', '\\endgroup'),
    }
  end
end

local function Figure(figure)
  local id = figure.identifier
  local kind = id:match('^(fig)%-') or id:match('^(tbl)%-')
  if not kind then
    return unnumbered(figure)
  end
  if html then
    figure.caption.long = prefix(figure.caption.long, kind, id)
    return figure
  elseif kind == 'fig' then
    return {latex_number('figure', id), figure}
  end
  -- A table that a picture shows.
  local function latex(text) return pandoc.RawInline('latex', text) end
  local caption = pandoc.utils.blocks_to_inlines(figure.caption.long)
  return pandoc.List{
    latex_number('table', id),
    pandoc.RawBlock('latex', '\\begin{table}\\centering'),
    pandoc.Plain(pandoc.Inlines{latex('\\caption{')} .. caption .. {latex('}\\label{' .. id .. '}')}),
  } .. figure.content .. {pandoc.RawBlock('latex', '\\end{table}')}
end

--- Code with a caption or the name of its file over it.
local function CodeBlock(block)
  local id = block.identifier:match('^lst%-.+')
  local file, caption = block.attributes['filename'], block.attributes['lst-cap']
  if not (id or file) then
    return nil
  end
  block.attributes['filename'], block.attributes['lst-cap'] = nil, nil
  local blocks = pandoc.List{}
  if id then
    block.identifier = ''
    local text = pandoc.Inlines{}
    if caption then
      text = pandoc.utils.blocks_to_inlines(pandoc.read(caption, 'markdown').blocks)
    end
    blocks:extend(prefix({pandoc.Plain(text)}, 'lst', id))
    blocks[1] = pandoc.Para(blocks[1].content)
  end
  if file then
    blocks:insert(pandoc.Para{pandoc.Span({pandoc.Code(file)}, {class = 'file-name'})})
  end
  blocks:insert(block)
  return pandoc.Div(blocks, pandoc.Attr(id or '', {'listing'}))
end

local function Table(tbl)
  local caption = tbl.caption.long
  local last = caption[#caption]
  local id = tbl.identifier:match('^tbl%-.+')
  if not id and last and last.content and #last.content > 0 then
    local inlines = last.content
    id = inlines[#inlines].t == 'Str' and inlines[#inlines].text:match('^{#(tbl%-[^}]+)}$')
    if id then
      inlines:remove()
      if #inlines > 0 and inlines[#inlines].t == 'Space' then
        inlines:remove()
      end
      last.content = inlines
      tbl.identifier = id
    end
  end
  if id and html then
    tbl.caption.long = prefix(caption, 'tbl', id)
    return tbl
  end
  return id and {latex_number('table', id), tbl} or unnumbered(tbl)
end

local function collect(doc)
  local function note(element)
    if element.identifier and element.identifier ~= '' then
      present[element.identifier] = true
    end
  end
  local function raw(block)
    local id = block.text:match('^<[^>]* id="([^"]+)"')  -- of a callout
    if id then
      present[id] = true
    end
  end
  doc:walk{RawBlock = raw, Header = note, Figure = note, Table = note, Div = note, Span = note}
end

--- A link with the text of a reference, which for a section is in the deck its title.
local function link(id, entry, bare)
  local in_deck = entry.kind == 'sec' and not html
  local content = {pandoc.Str(in_deck and references.title(entry) or references.text(entry, bare))}
  if present[id] then
    return pandoc.Link(content, '#' .. id, '', {class = 'crossref'})
  elseif html then
    return pandoc.Link(content, root .. entry.page .. '#' .. id, '', {class = 'crossref'})
  end
  return pandoc.Span(content)
end

local function Cite(cite)
  return references.cite(cite, link)
end

--- A link to a place in another document stays in the deck if the deck shows that place.
local function Link(element)
  local place = element.attributes.place
  if place then
    element.attributes.place = nil
    element.target = present[place] and '#' .. place or element.target
    return element
  end
end

return {
  {Para = Para, Plain = Para, Figure = Figure, Table = Table, CodeBlock = CodeBlock},
  {Pandoc = collect},
  {Cite = Cite, Link = Link},
}
