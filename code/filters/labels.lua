--[[ labels: a custom writer that lists, as JSON, what a document defines and what it refers to.

{headings: [{id, level, title, numbered}], items: [{id}], references: [id], images: [path],
deck_only: [id], book_references: [id], strays: [text]}

`items` are figures, equations and tables, in the order in which they are numbered: as in the
book, then those that only the deck shows, which are also in `deck_only`. `strays` are marks of
divs and labels that Pandoc took for text. Used by the built-in renderer (crossref.py).
]]

local here = pandoc.path.directory(PANDOC_SCRIPT_FILE)

local function view(doc, format)
  LECTURE_FORMAT = format
  return doc:walk(dofile(pandoc.path.join{here, 'visibility.lua'})[1])
end

local kinds = {fig = true, eq = true, sec = true, tbl = true}

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

function Writer(doc)
  local headings, items, references, images = {}, {}, {}, {}
  local deck_only, book_references, strays = {}, {}, {}
  local seen = {}
  local in_book = true

  local function first(id)
    local new = not seen[id]
    seen[id] = true
    if new and not in_book then
      table.insert(deck_only, id)
    end
    return new
  end

  local function item(id)
    if first(id) then
      table.insert(items, {id = id})
    end
  end

  local function collect(part)
    part:walk{
      traverse = 'topdown',
      Header = function(header)
        if header.identifier ~= '' and first(header.identifier) then
          table.insert(headings, {
            id = header.identifier,
            level = header.level,
            title = pandoc.utils.stringify(header.content),
            numbered = not header.classes:includes('unnumbered'),
          })
        end
      end,
      Figure = function(figure)
        if figure.identifier:match('^fig%-') then
          item(figure.identifier)
        end
      end,
      Table = function(tbl)
        local caption = pandoc.utils.stringify(tbl.caption.long)
        local id = tbl.identifier:match('^tbl%-.+') or caption:match('{#(tbl%-[^}%s]+)}%s*$')
        if id then
          item(id)
        end
      end,
      Str = function(str)
        if str.text:match('^:::+$') then
          table.insert(strays, str.text)
        end
      end,
      Inlines = function(inlines)
        for position, inline in ipairs(inlines) do
          local kind, name = (inline.text or ''):match('^{#(%a+)%-([^}]*)')
          local id = name and kind .. '-' .. name
          if inline.t ~= 'Str' or not kinds[kind] or seen[id] and kind == 'tbl' then
            -- no label, or that of the table around
          elseif inline.text == '{#' .. id .. '}' and after_formula(inlines, position) then
            item(id)
          else
            table.insert(strays, inline.text)
          end
        end
      end,
      Cite = function(cite)
        for _, citation in ipairs(cite.citations) do
          table.insert(references, citation.id)
          if in_book then
            table.insert(book_references, citation.id)
          end
        end
      end,
      Image = function(image)
        if not image.classes:includes('cell-picture') then
          table.insert(images, image.src)
        end
      end,
    }
  end

  doc = doc:walk{Div = untitled}
  collect(view(doc, 'html'))
  in_book = false
  collect(view(doc, 'beamer'))
  local function list(entries)
    return #entries > 0 and entries or pandoc.List{}
  end
  return pandoc.json.encode{
    headings = list(headings), items = list(items),
    references = list(references), images = list(images), deck_only = list(deck_only),
    book_references = list(book_references), strays = list(strays),
  }
end
