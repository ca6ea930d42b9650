--[[ figure-source: shows, under a figure of the book, the code that draws it.

A cell labelled `fig-NAME` (hyphens for underscores) is drawn by figures/NAME.py, if there is such
a file: after the Div `cell-fig-NAME`, that Quarto and the built-in renderer both make of the cell,
a fold with the file's text and a link to it is put. Used by both.
]]

local root, repository, words = '', '', {}

local function word(english)
  return words[english] and pandoc.utils.stringify(words[english]) or english
end

local function Meta(meta)
  words = meta['lecture-words'] or {}
  -- The address of the project's folder in its repository, if it has one.
  repository = pandoc.utils.stringify(meta['lecture-repository'] or '')
  -- Quarto knows the way from a page to the book's first folder; the built-in renderer says it.
  if quarto and quarto.project and quarto.project.offset then
    root = quarto.project.offset .. '/'
  elseif meta['lecture-root'] then
    root = pandoc.utils.stringify(meta['lecture-root'])
  end
end

--- The fold for a cell's Div; nothing if it is no figure of figures/. Beside others it says which.
local function fold(div, several)
  local label = div.identifier:match('^cell%-fig%-(.+)$')
  if not label then
    return {}
  end
  local path = 'figures/' .. label:gsub('-', '_') .. '.py'
  local project = os.getenv('QUARTO_PROJECT_DIR') or '.'
  local file = io.open(project .. '/' .. path, 'r')
  if not file then
    return {}
  end
  local source = file:read('a')
  file:close()
  local title = word('How this figure is drawn')
  if several then
    title = title .. ': <code>' .. path:match('[^/]+$') .. '</code>'
  end
  local links = {pandoc.Link({pandoc.Code(path)}, root .. path)}
  if repository ~= '' then
    table.insert(links, pandoc.Str(', '))
    table.insert(links, pandoc.Link({pandoc.Str('in the repository')}, repository .. '/' .. path))
  end
  return {
    pandoc.RawBlock('html', '<details class="figure-source"><summary>' .. title .. '</summary>'),
    pandoc.CodeBlock(source, {class = 'python'}),
    pandoc.Para(links),
    pandoc.RawBlock('html', '</details>'),
  }
end

--- Code needs the page's width: folds of figures in columns stand below the columns.
local function Div(div)
  local blocks = pandoc.List{div}
  if div.classes:includes('columns') then
    local figures = pandoc.List{}
    div:walk{Div = function(inner)
      if #fold(inner) > 0 then
        figures:insert(inner)
      end
    end}
    for _, inner in ipairs(figures) do
      blocks:extend(fold(inner, #figures > 1))
    end
    return blocks, false
  end
  blocks:extend(fold(div))
  if #blocks > 1 then
    return blocks, false
  end
end

if FORMAT:match('^html') then
  return {{Meta = Meta}, {traverse = 'topdown', Div = Div}}
end
