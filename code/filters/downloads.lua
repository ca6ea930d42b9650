--[[ downloads: what an exercise's page offers for download, in one list under its title.

LECTURE.downloads lists what the renderer made, as {href, text, note}; what the page's author lists in `::: {.downloads}` follows. Only the built-in renderer uses this filter.
]]

local told = LECTURE or {word = function(english) return english end}
local made = told.downloads or {}

local function download(link)
  link.attributes['download'] = ''
  return link
end

local function Pandoc(doc)
  if #made == 0 then
    return nil
  end
  local items = pandoc.List{}
  for _, item in ipairs(made) do
    local link = download(pandoc.Link(pandoc.Code(item.text), item.href))
    items:insert{pandoc.Plain{link, pandoc.Str(':'), pandoc.Space(), pandoc.Str(item.note)}}
  end
  local others = pandoc.List{}
  doc = doc:walk{
    Div = function(div)
      if not div.classes:includes('downloads') then
        return nil
      end
      for _, block in ipairs(div.content) do
        if block.t == 'BulletList' then
          items:extend(block.content)
        else
          others:insert(block)
        end
      end
      return {}
    end,
  }
  local list = pandoc.BulletList(items):walk{
    Link = function(link)
      if not link.target:match('^%a+:') then
        return download(link)
      end
    end,
  }
  local content = pandoc.List{pandoc.Para{pandoc.Strong{pandoc.Str(told.word('Downloads'))}}, list} .. others
  local _, title = doc.blocks:find_if(function(block) return block.t == 'Header' end)
  doc.blocks:insert((title or 0) + 1, pandoc.Div(content, {class = 'downloads'}))
  return doc
end

if FORMAT:match('^html') then
  return {{Pandoc = Pandoc}}
end
