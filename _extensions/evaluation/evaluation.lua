-- What the template cannot do by itself, for both engines: Quarto runs this filter after its
-- own, the press runs it on its finished tree.

if not FORMAT:match("typst") then
  return {}
end

local function raw(text)
  return pandoc.RawInline("typst", text)
end

local function quoted(text)
  return '"' .. text:gsub("\\", "\\\\"):gsub('"', '\\"'):gsub("%s+", " ") .. '"'
end

-- PDF/UA wants an alternative text for every formula, and Quarto has no way to write one for
-- a formula in the text: its TeX is read out, with the commonest commands as words.
local words = {
  alpha = "alpha", beta = "beta", gamma = "gamma", delta = "delta", mu = "mu", tau = "tau",
  sigma = "sigma", lambda = "lambda", theta = "theta", epsilon = "epsilon", phi = "phi",
  Delta = "Delta", times = "times", cdot = "times", le = "at most", leq = "at most",
  ge = "at least", geq = "at least", neq = "is not", approx = "about", sum = "sum",
  prod = "product", log = "log", exp = "exp", sqrt = "root of", frac = "fraction",
  infty = "infinity", pm = "plus or minus", sim = "is distributed as", ["in"] = "in",
}

local function spoken(tex)
  local out = tex
  for _ = 1, 3 do
    out = out:gsub("\\frac%s*(%b{})%s*(%b{})", function(a, b)
      return " " .. a:sub(2, -2) .. " over " .. b:sub(2, -2) .. " "
    end)
  end
  out = out:gsub("\\text%w*%s*(%b{})", function(a) return " " .. a:sub(2, -2) .. " " end)
  out = out:gsub("\\mathr?m?%w*%s*(%b{})", function(a) return " " .. a:sub(2, -2) .. " " end)
  out = out:gsub("\\begin%s*%b{}", " "):gsub("\\end%s*%b{}", " "):gsub("\\\\", ", ")
  out = out:gsub("\\(%a+)", function(name) return " " .. (words[name] or name) .. " " end)
  out = out:gsub("\\[,;:! ]", " "):gsub("\\(.)", "%1"):gsub("&", " ")
  out = out:gsub("%^2%f[%D]", " squared "):gsub("%^", " to the power "):gsub("_", " sub ")
  out = out:gsub("=", " equals "):gsub("<", " less than "):gsub(">", " more than ")
  out = out:gsub("[{}]", " "):gsub("%s+", " "):gsub("^ ", ""):gsub(" $", "")
  return out
end

local function formula(math)
  local block = math.mathtype == "DisplayMath" and "true" or "false"
  local doc = pandoc.Pandoc({ pandoc.Plain({ pandoc.Math("InlineMath", math.text) }) })
  local inner = pandoc.write(doc, "typst"):gsub("%s+$", "")
  return raw("#math.equation(block: " .. block .. ", alt: " .. quoted(spoken(math.text))
    .. ", " .. inner .. ")")
end

-- A numbered formula stands inside an equation that the engine has opened already: that one
-- takes the text.
local function formulas(inlines)
  local out = pandoc.Inlines({})
  local opening = nil
  for _, inline in ipairs(inlines) do
    if inline.t == "RawInline" and inline.text:match("^#math%.equation%(") then
      opening = inline
    elseif inline.t == "Math" and opening then
      if not opening.text:match("alt: ") then
        opening.text = opening.text:gsub("#math%.equation%(", function(start)
          return start .. "alt: " .. quoted(spoken(inline.text)) .. ", "
        end, 1)
      end
      opening = nil
    elseif inline.t == "Math" then
      inline = formula(inline)
    end
    out:insert(inline)
  end
  return out
end

-- Divisions that the template sets in its own way, by a function of their name.
local function named(div)
  for _, name in ipairs({ "provenance", "table-note" }) do
    if div.classes:includes(name) then
      local out = pandoc.Blocks({ pandoc.RawBlock("typst", "#" .. name .. "[") })
      out:extend(div.content)
      out:insert(pandoc.RawBlock("typst", "]"))
      return out
    end
  end
end

-- The name of a part stands right before that of its first chapter, but for counters that are
-- set back: the template is told.
local function is_chapter(block)
  return block and block.t == "Header" and block.level == 1
end

local function parts(doc)
  for at = #doc.blocks - 1, 1, -1 do
    local below = at + 1
    while doc.blocks[below].t == "RawBlock" and doc.blocks[below].text:match("^#counter%(")
      and below < #doc.blocks do
      below = below + 1
    end
    if is_chapter(doc.blocks[at]) and is_chapter(doc.blocks[below]) then
      doc.blocks:insert(at, pandoc.RawBlock("typst", "#opens-part.update(true)"))
    end
  end
  return doc
end

return { { Inlines = formulas, Div = named }, { Pandoc = parts } }
