--[[ macros: puts a project's own LaTeX macros into its formulas.

The metadata field `latex-macros` names a file with definitions, \newcommand{\w}{\mathbf{w}}, in
_quarto.yml: Pandoc's reader knows what to do with them, and is asked for every formula that uses one.
So both outputs and the notebooks show the same, without a preamble. Used by the built-in renderer
and, listed under `filters`, by Quarto.
]]

local definitions, names = '', {}

local function Meta(meta)
  local path = pandoc.utils.stringify(meta['latex-macros'] or '')
  if path == '' then
    return nil
  end
  local file = assert(io.open(path, 'r'))
  definitions = file:read('a')
  file:close()
  for name in definitions:gmatch('\\[%a]+%*?%s*{?%s*\\(%a+)') do
    names[name] = true
  end
end

local function Math(math)
  local uses = false
  for name in math.text:gmatch('\\(%a+)') do
    uses = uses or names[name]
  end
  if not uses then
    return nil
  end
  local mark = math.mathtype == 'DisplayMath' and '$$' or '$'
  pandoc.read(definitions .. '\n\n' .. mark .. math.text .. mark, 'markdown'):walk{
    Math = function(found) math.text = found.text end,
  }
  return math
end

return {{Meta = Meta}, {Math = Math}}
