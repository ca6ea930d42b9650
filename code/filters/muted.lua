--[[ muted: `[text]{.muted}` is grey in both outputs.

A class serves HTML; LaTeX gets the deck theme's command `\muted`. Used by Quarto and by the
built-in renderer.
]]

local function Span(span)
  if span.classes:includes('muted') then
    return pandoc.Inlines{pandoc.RawInline('latex', '\\muted{')} .. span.content
      .. {pandoc.RawInline('latex', '}')}
  end
end

if FORMAT == 'beamer' or FORMAT == 'latex' then
  return {{Span = Span}}
end
