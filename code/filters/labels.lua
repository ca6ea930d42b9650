--[[ labels: a custom writer that lists, as JSON, what a document defines and what it refers to.

{headings: [{id, level, title, numbered}], items: [id], references: [id],
images: [address], links: [address], deck_images: [address], deck_links: [address], ids: [id], deck_only: [id], book_references: [id], strays: [text],
refs: bool, gate: {…}}

Of a document for the deck, with the metadata field `lecture-deck`, what the deck shows is listed, and
all names.

`items` are figures, equations, tables, listings and callouts with labels, in the order in which they
are numbered: as in the book, then those that only the deck shows, which are also in `deck_only`.
`strays` are marks of divs and labels that Pandoc took for text. An address is three texts: what is
written, the path from the project's folder and the file that names it; `ids` are all places of the
page in the book, labelled or not. `refs` says that a
div `#refs` asks for the bibliography. `gate` is what gate.py judges: all names that the document
uses, marks that were taken for text, and raw text that one output leaves out. Used by the built-in
renderer (crossref.py).
]]

local here = pandoc.path.directory(PANDOC_SCRIPT_FILE)

local function filter(name)
  return dofile(pandoc.path.join{here, name .. '.lua'})
end

local function view(doc, format)
  LECTURE_FORMAT = format
  return doc:walk(filter('visibility')[1])
end

local kinds = {fig = true, eq = true, sec = true, tbl = true, lst = true}
local callouts = {nte = true, tip = true, wrn = true, imp = true, cau = true}

local function after_formula(inlines, position)
  for behind = 1, 2 do
    local before = inlines[position - behind]
    if before and before.t == 'Math' and before.mathtype == 'DisplayMath' then
      return true
    end
  end
end

--- The title of a callout may be written as a heading; it is none.
local function untitled(div)
  local callout = div.classes:find_if(function(class) return class:match('^callout%-') end)
  if callout and #div.content > 0 and div.content[1].t == 'Header' then
    div.content:remove(1)
    return div
  end
end

--- One filter out of several that change nothing: each walk through a document takes its time.
local function together(...)
  local all = {}
  for _, filter in ipairs{...} do
    for name, look in pairs(filter) do
      local before = all[name] or function() end
      all[name] = function(element)
        before(element)
        look(element)
      end
    end
  end
  return all
end

--- Whether a pattern is found in the text of inlines, which is known far sooner than they are.
local function says(inlines, ...)
  local text = pandoc.utils.stringify(inlines)
  for _, pattern in ipairs{...} do
    if text:find(pattern) then
      return true
    end
  end
end

--- A table with an empty list under each name.
local function lists(names)
  local found = {}
  for name in names:gmatch('%S+') do
    found[name] = pandoc.List{}
  end
  return found
end

--- A heading as plain text, for menus and references: formulas in letters, no works that it cites.
local function title_of(header)
  local content = header.content:walk{
    Math = function(math)
      -- Plain text has no fractions and the like, of which MathML leaves the letters.
      local doc = pandoc.Pandoc{pandoc.Plain{math}}
      local text = not math.text:match('\\%a+%s*[{\\]') and pandoc.write(doc, 'plain')
        or pandoc.write(doc, 'html', {html_math_method = 'mathml'}):gsub('<annotation.*', ''):gsub('<.->', '')
      return pandoc.Str((text:gsub('%s+$', '')))
    end,
    Cite = function(cite)
      local kind = cite.citations[1].id:match('^(%a+)%-')
      return not (kinds[kind] or callouts[kind]) and {} or nil
    end,
  }
  return (pandoc.utils.stringify(content):gsub('%s+', ' '):gsub('^ ', ''):gsub(' $', ''))
end

--- A filter that looks at all elements which may have names.
local function every_named(look)
  return {
    Div = look, Span = look, Header = look, CodeBlock = look, Code = look, Link = look,
    Image = look, Table = look, Figure = look,
  }
end

--- Every name that a document uses, once for each kind of element: {element, kind, name}.
local function names_in(names)
  local seen = {}
  local function note(element, kind, name)
    local key = element .. '|' .. kind .. '|' .. name
    if not seen[key] then
      seen[key] = true
      table.insert(names, {element, kind, name})
    end
  end
  local function element(element)
    local kind = element.t == 'Figure' and 'Image' or element.t
    for _, class in ipairs(element.classes) do
      note(kind, 'class', class)
    end
    local count = {}
    for name, value in pairs(element.attributes) do
      note(kind, 'attribute', name)
      note(kind, 'value', name .. '=' .. value)
      count[name] = (count[name] or 0) + 1
      if count[name] == 2 then
        note(kind, 'twice', name)
      end
    end
    local visible = element.classes:includes('content-visible')
    local hidden = element.classes:includes('content-hidden')
    if visible and hidden then
      note(kind, 'pair', 'content-hidden')
    end
    for _, condition in ipairs{'when-format', 'unless-format'} do
      if count[condition] and not (visible or hidden) then
        note(kind, 'alone', condition)
      end
    end
    if count['lst-cap'] and not element.identifier:match('^lst%-') then
      note(kind, 'alone', 'lst-cap')
    end
    if element.identifier ~= '' then
      note(kind, 'label', element.identifier)
    end
  end
  local all = every_named(element)
  function all.RawBlock(raw) note('RawBlock', 'raw', raw.format) end
  function all.RawInline(raw) note('RawInline', 'raw', raw.format) end
  return all
end

local in_text = {  -- mark, pattern of a word that Pandoc should not have left in the text
  {'display', '%$%$'}, {'dollar', '^%$$'}, {'footnote', '%[%^[^%]]+%]'},
  {'picture', '^!%[.*'}, {'picture', '%]%(.*'}, {'reference', '[^%s]*%]%[[^%]%d][^%]]+%]'},
  {'attributes', '{[.]%a.*'}, {'attributes', '%]{.*'}, {'attributes', '{%a[%w-]*=.*'},
  {'comment', '<!%-%-'}, {'bold', '^%*%*%w.*'}, {'bold', '^.*%w%*%*$'}, {'code', '^`.*'},
  {'emphasis', '^%*%a[^*]*$'},
  {'footnote', '^%[%^$'}, {'alert', '^%[!%u+%]$'},
}
local at_line = {  -- mark, pattern of a line's first word
  {'list', '^[-*+]$'}, {'list', '^[(]?[1a][)]$'}, {'list', '^1[.]$'}, {'list', '^#[.]$'},
  {'table', '^|$'}, {'table', '^|[:-][:%-|]+$'}, {'table', '^%+[-=][-=+]+$'},
  {'heading', '^##+$'}, {'heading', '^##+%a'}, {'quotation', '^>$'},
  {'bullet', '^•$'}, {'bullet', '^‣$'}, {'bullet', '^◦$'}, {'bullet', '^%-%a.*'},
}

--- What Pandoc took for text though it was meant as more: {mark, text}.
local function leftovers_in(found)
  local function following(inlines, position)
    local words = {}
    for ahead = position, math.min(position + 2, #inlines) do
      local inline = inlines[ahead]
      if inline.t == 'Str' then
        table.insert(words, inline.text)
      elseif inline.t == 'Space' then
        table.insert(words, ' ')
      else
        break
      end
    end
    return (table.concat(words):gsub('%s+$', ''))
  end
  local function text(inlines)
    if not says(inlines, '[]$[!{<*`]', '^##', ' [-+|>•‣◦#]', ' %(?[1a][.)]') then
      return
    end
    local before
    for position, inline in ipairs(inlines) do
      local kind = inline.t
      if kind == 'Str' then
        local word = inline.text
        for _, entry in ipairs(word:find('[]$[!{<*`]') and in_text or {}) do
          local text = word:match(entry[2])
          if text then
            table.insert(found, {entry[1], text})
          end
        end
        local after = inlines[position + 1]
        if position == 1 and word:match('^##+%a') then
          table.insert(found, {'no-heading', word})
        elseif word:match('%]$') and following(inlines, position):match('^%S+ %(%S+%)') then
          table.insert(found, {'link', following(inlines, position)})
        elseif word:match('{$') and after and after.t == 'RawInline'
            and after.format == 'tex' then
          table.insert(found, {'group', word .. after.text:gsub('%s+$', '')})
        elseif before == 'SoftBreak' then
          for _, entry in ipairs(at_line) do
            if word:match(entry[2]) then
              table.insert(found, {entry[1], following(inlines, position)})
            end
          end
        end
      end
      before = kind
    end
  end
  local function empty(element)
    if #element.content == 0 then
      table.insert(found, {'struck', element.t == 'Subscript' and '~~' or '^^'})
    end
  end
  local function heading(header)
    header:walk{Note = function()
      table.insert(found, {'heading-note', pandoc.utils.stringify(header.content[1])})
    end}
  end
  local function cited(cite)
    for _, citation in ipairs(cite.citations) do
      citation.suffix:walk{Cite = function(inner)
        table.insert(found, {'cites', '@' .. inner.citations[1].id})
      end}
    end
  end
  return {Inlines = text, Header = heading, Subscript = empty, Superscript = empty, Cite = cited}
end

--- The marks `# <1>` of a block of code or a cell, as a set, and how many there are.
local function marks_of(block)
  local marks, count = {}, 0
  local function collect(code)
    for line in (code.text .. '\n'):gmatch('(.-)\n') do
      local mark = line:match('[#%%/%-;][#%%/%-;]?%s*<(%d+)>%s*$')
      if mark and not marks[mark] then
        marks[mark], count = true, count + 1
      end
    end
  end
  if block.t == 'CodeBlock' then
    collect(block)
  elseif block.t == 'Div' and block.classes:includes('cell') then
    block:walk{CodeBlock = function(code)
      if code.classes:includes('cell-code') then
        collect(code)
      end
    end}
  end
  return marks, count
end

--- Where a list explains the marks of code, marks and explanations without a partner: {mark, text}.
local function annotations_in(found)
  return {Blocks = function(blocks)
    for position, block in ipairs(blocks) do
      local marks, count = marks_of(block)
      local list = blocks[position + 1]
      local first, last = 1, 0
      if count > 0 and list and list.t == 'OrderedList' then
        first, last = list.start, list.start + #list.content - 1
      else
        marks = {}  -- without a list they are the author's text
      end
      for mark in pairs(marks) do
        if tonumber(mark) < first or tonumber(mark) > last then
          table.insert(found, {'annotation', '<' .. mark .. '>'})
        end
      end
      for number = first, last do
        if not marks[tostring(number)] then
          table.insert(found, {'annotated', number .. '.'})
        end
      end
    end
  end}
end

--- The addresses of a document's pictures and links.
local function addresses_in(images, links)
  function LECTURE_ADDRESS(kind, written, path, file)
    table.insert(kind == 'Image' and images or links, {written, path, file})
  end
  local paths = filter('paths')[1]
  return {RawBlock = paths.RawBlock, Image = paths.Image, Link = paths.Link}
end

--- Every place of the book's page that a link may lead to.
local function ids_in(ids)
  return every_named(function(element)
    if element.identifier ~= '' then
      table.insert(ids, element.identifier)
    end
  end)
end

--- Formulas with something that may be lost, which gate.py judges.
local function formulas_in(found)
  return {Math = function(math)
    if math.text:match('%%') or math.text:match('\\%a*color') or math.text:match('\\[hc]line')
        or math.text:match('\\begin{array}') then
      table.insert(found, math.text)
    end
  end}
end

--- Raw text by its format, of which an output leaves out all but its own.
local function raw_in(found)
  local function note(raw)
    if found[raw.format] and not raw.text:match('^%s*<!%-%-') then
      found[raw.format]:insert(raw.text)
    end
  end
  return {RawInline = note, RawBlock = note}
end

function Writer(doc)
  local found = lists[[headings items references images links deck_images deck_links ids deck_only
    book_references strays]]
  local gate = lists'names leftovers annotations book_formulas'
  local book_raw, deck_raw = lists'tex html', lists'tex html'
  local seen = {}
  local in_book = true
  found.refs = false

  local function first(id)
    local new = not seen[id]
    seen[id] = true
    if new and not in_book then
      found.deck_only:insert(id)
    end
    return new
  end

  local function item(id)
    if first(id) then
      found.items:insert(id)
    end
  end

  local defined = {
    Header = function(header)
      if header.identifier ~= '' and first(header.identifier) then
        found.headings:insert{
          id = header.identifier,
          level = header.level,
          title = title_of(header),
          numbered = not header.classes:includes('unnumbered'),
        }
      end
    end,
    Figure = function(figure)
      if figure.identifier:match('^fig%-') or figure.identifier:match('^tbl%-') then
        item(figure.identifier)
      end
    end,
    CodeBlock = function(block)
      if block.identifier:match('^lst%-') then
        item(block.identifier)
      end
    end,
    Div = function(div)
      if callouts[div.identifier:match('^(%a+)%-')] then
        item(div.identifier)
      elseif div.identifier == 'refs' then
        found.refs = found.refs or in_book
      end
    end,
    Table = function(tbl)
      local caption = pandoc.utils.stringify(tbl.caption.long)
      local id = tbl.identifier:match('^tbl%-.+') or caption:match('{#(tbl%-[^}%s]+)}%s*$')
      if id then
        item(id)
      end
    end,
    Inlines = function(inlines)
      if not says(inlines, '{#', ':::') then
        return
      end
      for position, inline in ipairs(inlines) do
        local text = inline.t == 'Str' and inline.text or ''
        local kind, name = text:match('^{#(%a+)%-([^}]*)')
        local id = name and kind .. '-' .. name
        if text:match('^:::+$') then
          found.strays:insert(text)
        elseif not kinds[kind] or seen[id] and kind == 'tbl' then
          -- no label, or that of the table around
        elseif text == '{#' .. id .. '}' and after_formula(inlines, position) then
          item(id)
        else
          found.strays:insert(text)
        end
      end
    end,
    Cite = function(cite)
      for _, citation in ipairs(cite.citations) do
        found.references:insert(citation.id)
        if in_book then
          found.book_references:insert(citation.id)
        end
      end
    end,
  }

  local function look(part, ...)
    local filter = together(defined, ...)
    filter.traverse = 'topdown'
    part:walk(filter)
  end

  doc:walk(names_in(gate.names))
  if doc.meta['lecture-deck'] then
    doc = view(doc, 'beamer')
  end
  for _, part in ipairs(filter('shapes')) do
    doc = doc:walk(part)
  end
  doc = doc:walk{Div = untitled}
  doc:walk(together(leftovers_in(gate.leftovers), annotations_in(gate.annotations)))
  if not doc.meta['lecture-deck'] then
    look(view(doc, 'html'), addresses_in(found.images, found.links), filter('terms')[1],
      ids_in(found.ids), formulas_in(gate.book_formulas), raw_in(book_raw))
  end
  in_book = false
  look(view(doc, 'beamer'), addresses_in(found.deck_images, found.deck_links), raw_in(deck_raw))
  gate.book_latex, gate.book_html, gate.deck_html = book_raw.tex, book_raw.html, deck_raw.html
  found.gate = gate
  return pandoc.json.encode(found)
end
