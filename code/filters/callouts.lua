--[[ callouts: Quarto's callouts, a box in the book and Beamer's block in the deck.

::: {.callout-note title="Title"} with `collapse="true"` becomes a `details` element in the book,
otherwise a `div`. Instead of the attribute the title may be the callout's first heading. One with a
label such as `#nte-name` has a number. The built-in renderer uses this for both outputs. Quarto uses
it for the deck, at its entry point `pre-ast`: its own callouts ask LaTeX for
a large package of icons.
]]

local kinds = {note = 'Note', tip = 'Tip', warning = 'Warning', important = 'Important', caution = 'Caution'}

local told = LECTURE or {word = function(english) return english end}
local index, word = told.index or {}, told.word

local function raw(text)
  return pandoc.RawBlock('html', text)
end

--- Beamer's block: its title, and the content below.
local function block(title, content)
  local line = pandoc.Inlines{pandoc.RawInline('latex', '\\begin{block}{')} .. title
    .. {pandoc.RawInline('latex', '}')}
  return pandoc.List{pandoc.Plain(line)} .. content .. {pandoc.RawBlock('latex', '\\end{block}')}
end

local function Div(div)
  local kind = nil
  for _, class in ipairs(div.classes) do
    kind = class:match('^callout%-(%a+)$') or kind
  end
  if not kinds[kind] then
    return nil
  end
  local content = div.content
  local title = pandoc.Inlines(word(kinds[kind]))
  local given = true
  if div.attributes.title then
    title = pandoc.utils.blocks_to_inlines(pandoc.read(div.attributes.title).blocks)
  elseif #content > 0 and content[1].t == 'Header' then
    title = content[1].content
    content:remove(1)
  else
    given = false
  end
  local id = ''
  if index[div.identifier] then
    id = ' id="' .. div.identifier .. '"'
    local number = word(kinds[kind]) .. ' ' .. index[div.identifier].number
    title = given and pandoc.Inlines{pandoc.Str(number .. ':'), pandoc.Space()} .. title
      or pandoc.Inlines(number)
  end
  if not FORMAT:match('^html') then
    return block(title, content)
  end
  local attributes = ' class="callout callout-' .. kind .. '"' .. id
  local collapse = div.attributes.collapse
  local outer, inner = 'div', 'p'
  if collapse then
    outer, inner = 'details', 'summary'
    attributes = attributes .. (collapse == 'false' and ' open' or '')
  else
    attributes = attributes .. ' role="note"'
  end
  local line = pandoc.Inlines{pandoc.RawInline('html', '<' .. inner .. ' class="callout-title">')} .. title
    .. {pandoc.RawInline('html', '</' .. inner .. '>')}
  return pandoc.List{raw('<' .. outer .. attributes .. '>'), pandoc.Plain(line)} .. content
    .. {raw('</' .. outer .. '>')}
end

if FORMAT:match('^html') or FORMAT == 'beamer' then
  return {{Div = Div}}
end
