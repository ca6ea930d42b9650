--[[ first-page: drops a heading that only repeats the title.

Quarto puts the book's title above its first page, whose own heading is the same. The built-in
renderer does not, and gives filters no title to compare with.
]]

local title = nil

local function Meta(meta)
  title = meta.title and pandoc.utils.stringify(meta.title)
end

local function Header(header)
  if header.level == 1 and pandoc.utils.stringify(header.content) == title then
    return {}
  end
end

return {{Meta = Meta}, {Header = Header}}
