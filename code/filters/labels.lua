--[[ labels: a custom writer that lists, as JSON, what a document defines and what it refers to.

{headings: [{id, level, title, numbered}], items: [{id}], references: [id], images: [path]}

`items` are figures, equations and tables, in the order in which they are numbered: as in the
book, then those that only the deck shows. Used by the built-in renderer (crossref.py).
]]

local here = pandoc.path.directory(PANDOC_SCRIPT_FILE)

local function view(doc, format)
  LECTURE_FORMAT = format
  return doc:walk(dofile(pandoc.path.join{here, 'visibility.lua'})[1])
end

function Writer(doc)
  local headings, items, references, images = {}, {}, {}, {}
  local seen = {}

  local function item(id)
    if not seen[id] then
      seen[id] = true
      table.insert(items, {id = id})
    end
  end

  local function collect(part)
    part:walk{
      traverse = 'topdown',
      Header = function(header)
        if header.identifier ~= '' and not seen[header.identifier] then
          seen[header.identifier] = true
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
        local id = str.text:match('^{#(eq%-[^}]+)}$')
        if id then
          item(id)
        end
      end,
      Cite = function(cite)
        for _, citation in ipairs(cite.citations) do
          table.insert(references, citation.id)
        end
      end,
      Image = function(image)
        if not image.classes:includes('cell-picture') then
          table.insert(images, image.src)
        end
      end,
    }
  end

  collect(view(doc, 'html'))
  collect(view(doc, 'beamer'))
  local function list(entries)
    return #entries > 0 and entries or pandoc.List{}
  end
  return pandoc.json.encode{
    headings = list(headings), items = list(items),
    references = list(references), images = list(images),
  }
end
