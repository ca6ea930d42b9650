--[[ paths: lets every path count from the file that names it.

A document is put together of files from several folders; a raw block of the format `source` says
which of them the blocks behind it come from. Paths of pictures and links become paths from the
folder of the document, LECTURE.folder; a leading slash is the project's folder. In the deck a
picture becomes the file that LaTeX can read, which LECTURE.pictures names. A link to
another document, `other.qmd#sec-x`, leads to its page in the book: in the deck at the site's address,
LECTURE.site, if it has one. The attribute `place` keeps the label, for crossref.lua. Another
filter may set LECTURE_ADDRESS, a function that is told of every address instead: what is written,
the path from the project's folder, the file that names it. Only the built-in renderer uses this.
]]

local told = LECTURE or {}
local folder, pictures, site = told.folder or '', told.pictures or {}, told.site or ''
local file = ''

--- The parts of a path without '.' and '..'; nil where it leads out of the project.
local function parts(path)
  local out = pandoc.List{}
  for part in path:gmatch('[^/]+') do
    if part == '..' then
      if #out == 0 then
        return nil
      end
      out:remove()
    elseif part ~= '.' then
      out:insert(part)
    end
  end
  return out
end

--- The path, from the project's folder, of what a file names; nil if that is no file of it.
local function in_project(target)
  if target == '' or target:match('^%a[%w+.-]*:') or target:match('^//') or target:match('^#') then
    return nil
  end
  local path, rest = target:match('^([^?#]*)(.*)$')
  local from = path:match('^/') and '' or (file:match('^(.*)/') or '') .. '/'
  local found = parts(from .. path)
  local slash = path:match('/$') and '/' or ''
  return found and table.concat(found, '/') .. slash, rest
end

--- The same path as seen from the document's folder.
local function from_folder(path)
  local here, there = parts(folder), parts(path)
  while #here > 0 and #there > 0 and here[1] == there[1] do
    here:remove(1)
    there:remove(1)
  end
  local slash = path:match('/$') and '/' or ''
  return ('../'):rep(#here) .. table.concat(there, '/') .. slash
end

local function rewritten(kind, target)
  local path, rest = in_project(target)
  if LECTURE_ADDRESS then
    LECTURE_ADDRESS(kind, target, path or '', file)
    return target
  end
  return path and from_folder(path) .. rest or target
end

local function Image(image)
  if image.classes:includes('cell-picture') then
    return nil
  end
  local made = not (FORMAT or ''):match('^html') and pictures[in_project(image.src) or image.src]
  image.src = made or rewritten('Image', image.src)
  return image
end

local function Link(link)
  local path, rest = in_project(link.target)
  local page = path and path:match('^(.*%.)qmd$')
  if not page or LECTURE_ADDRESS then
    link.target = rewritten('Link', link.target)
    return link
  end
  page = page .. 'html'
  local in_deck = not (FORMAT or ''):match('^html')
  link.target = (in_deck and site ~= '' and site .. '/' .. page or from_folder(page)) .. rest
  if in_deck then
    link.attributes.place = rest:match('^#(.+)$')
  end
  return link
end

local function RawBlock(block)
  if block.format == 'source' then
    file = block.text
    return {}
  end
end

return {{traverse = 'topdown', RawBlock = RawBlock, Image = Image, Link = Link}}
