--[[ lettered: an item of the deck that begins with a letter of its own, **a)**, has no bullet before it.

The book's style sheet does the same. Used by Quarto and by the built-in renderer.
]]

local function BulletList(list)
  for _, item in ipairs(list.content) do
    local words = item[1] and item[1].content
    local first = words and words[1]
    if first and first.t == 'Strong' and pandoc.utils.stringify(first):match('^%a%)$') then
      words:insert(1, pandoc.RawInline('latex', '['))
      words:insert(3, pandoc.RawInline('latex', ']'))
    end
  end
  return list
end

if FORMAT == 'beamer' or FORMAT == 'latex' then
  return {{BulletList = BulletList}}
end
