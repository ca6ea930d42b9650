--[[ references: what a reference says, for the filters crossref and notebook.

Numbers, titles and pages stand in LECTURE.index:
{"fig-relu": {"kind": "fig", "number": "4.3", "title": "", "page": "chapters/deep.html"}}.
]]

local told = LECTURE or {word = function(english) return english end}
local names = {
  fig = 'Figure', eq = 'Equation', tbl = 'Table', lst = 'Listing', nte = 'Note', tip = 'Tip',
  wrn = 'Warning', imp = 'Important', cau = 'Caution',
}

local word = told.word
local references = {index = told.index or {}, word = word}

function references.number(id)
  return references.index[id] and references.index[id].number or '?'
end

--- What stands before a caption: "Figure 4.3:".
function references.label(kind, id)
  return word(names[kind]) .. ' ' .. references.number(id) .. ':'
end

--- A section's title, which may itself refer to something with a number.
function references.title(entry)
  return (entry.title:gsub('@(%a+%-[%w_.:-]*%w)', function(other)
    local named = references.index[other]
    return named and named.kind ~= 'sec' and references.text(named)
  end))
end

--- "Figure 4.3", "Equation (4.1)", "Section 4.2", its title if it has no number; or the number alone.
function references.text(entry, bare)
  if bare then
    return entry.number
  elseif entry.kind == 'sec' and entry.number == '' then
    return references.title(entry)
  elseif entry.kind == 'sec' then
    return word(entry.level == 1 and 'Chapter' or 'Section') .. '\u{a0}' .. entry.number
  end
  local number = entry.kind == 'eq' and '(' .. entry.number .. ')' or entry.number
  return word(names[entry.kind]) .. '\u{a0}' .. number
end

--- What to put in place of a citation with references: nil if it has none. `shown` makes an inline of
-- one. In '@sec-a [@key]' Pandoc takes both for one citation: they are parted.
function references.cite(cite, shown)
  local inlines, own = pandoc.List{}, 0
  local works = pandoc.List{}
  local function separate()
    if #inlines > 0 then
      local behind = own == 1 and cite.citations[1].mode == 'AuthorInText' and #works > 0
      inlines:extend(behind and {pandoc.Space()} or {pandoc.Str(','), pandoc.Space()})
    end
  end
  local function flush()
    if #works > 0 then
      separate()
      inlines:insert(pandoc.Cite({}, works))
      works = pandoc.List{}
    end
  end
  for _, citation in ipairs(cite.citations) do
    local entry = references.index[citation.id]
    if entry then
      flush()
      separate()
      own = own + 1
      local prefixed = #citation.prefix > 0
      inlines:extend(citation.prefix)
      if prefixed then
        inlines:insert(pandoc.Str('\u{a0}'))
      end
      inlines:insert(shown(citation.id, entry, prefixed or citation.mode == 'SuppressAuthor'))
      inlines:extend(citation.suffix)
    else
      works:insert(citation)
    end
  end
  if own > 0 then
    flush()
    return inlines
  end
end

return references
