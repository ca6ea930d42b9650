--[[ tables: lets a table that is wider than the page scroll by itself (book only). ]]

local function Table(tbl)
  return pandoc.Div({tbl}, {class = 'table-wrap'})
end

if FORMAT:match('^html') then
  return {{Table = Table}}
end
