--[[ visibility: keeps or drops what is meant for one output only.

`.content-visible` and `.content-hidden`, on a Div, a Span or code, with `when-format` or
`unless-format`. As in Quarto, `pdf` and `latex` include `beamer`. Another filter may set LECTURE_FORMAT
to ask for a format's view. Used by the built-in renderer, and in the deck by Quarto, at its entry
point `pre-ast`: it does the same itself, but later, when a callout that is hidden from Beamer has
already made it ask LaTeX for a large package of icons.
]]

local output = LECTURE_FORMAT or FORMAT

local names = {html = {html = true, html5 = true}, beamer = {beamer = true, latex = true, pdf = true}}
local ours = output:match('^html') and names.html or names[output] or {[output] = true}

--- Whether an element is shown; nil if it does not say.
local function shown(element)
  local visible = element.classes:includes('content-visible')
  local hidden = element.classes:includes('content-hidden')
  if not (visible or hidden) then
    return nil
  end
  for _, other in ipairs{'when-meta', 'unless-meta', 'when-profile', 'unless-profile'} do
    if element.attributes[other] then
      return nil  -- Quarto decides
    end
  end
  local when, unless = element.attributes['when-format'], element.attributes['unless-format']
  local holds = (not when or ours[when] or false) and not (unless and ours[unless])
  return holds == visible
end

local function content(element)
  local is_shown = shown(element)
  if is_shown ~= nil then
    return is_shown and element.content or {}
  end
end

local function code(element)
  local is_shown = shown(element)
  if is_shown == nil then
    return nil
  elseif not is_shown then
    return {}
  end
  element.classes = element.classes:filter(function(class) return not class:match('^content%-') end)
  element.attributes['when-format'], element.attributes['unless-format'] = nil, nil
  return element
end

return {{Div = content, Span = content, CodeBlock = code, Code = code}}
