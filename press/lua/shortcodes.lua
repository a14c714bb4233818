-- Loads files of shortcodes and prints their names, or the Markdown that replaces each call.

local function as_blocks(result)
  local kind = pandoc.utils.type(result)
  if result == nil then return {} end
  if kind == "string" then return { pandoc.Plain({ pandoc.Str(result) }) } end
  if kind == "Blocks" then return result end
  if kind == "Inlines" then return { pandoc.Plain(result) } end
  if kind == "Block" then return { result } end
  if kind == "Inline" then return { pandoc.Plain({ result }) } end
  if type(result) == "table" and #result > 0 then
    if pandoc.utils.type(result[1]) == "Block" then return result end
    return { pandoc.Plain(result) }
  end
  return {}
end

local function as_text(result, context)
  if context == "text" then
    return type(result) == "string" and result or pandoc.utils.stringify(result or "")
  end
  local blocks = pandoc.Blocks(as_blocks(result))
  if context ~= "block" then
    blocks = pandoc.Blocks({ pandoc.Plain(pandoc.utils.blocks_to_inlines(blocks, { pandoc.Space() })) })
  end
  local text = pandoc.write(pandoc.Pandoc(blocks), "markdown", { wrap_text = "none" })
  text = text:gsub("%s+$", "")
  if context ~= "block" then text = text:gsub("\\?\n", " ") end
  return text
end

return function(interface, facts, files, shown, calls, metadata)
  local handlers = {}
  local quarto_of = dofile(interface)
  for number, file in ipairs(files) do
    facts.script = file
    facts.metadata = metadata
    facts.shown = shown[number]
    local found = quarto_of(facts) or {}
    for name, handler in pairs(found) do
      handlers[name] = { run = handler, quarto = quarto, script = file }
    end
  end
  local out = pandoc.List({})
  if calls == nil then
    for name in pairs(handlers) do out:insert(name) end
    io.write(pandoc.json.encode(out))
    return
  end
  for number, call in ipairs(calls) do
    local handler = handlers[call.name]
    quarto, PANDOC_SCRIPT_FILE = handler.quarto, handler.script
    local named = setmetatable(call.named, { __index = function() return pandoc.Inlines({}) end })
    local meta = setmetatable({}, {
      __index = function(_, key) return metadata[key] and pandoc.Inlines(metadata[key]) end,
    })
    local well, result =
      pcall(handler.run, pandoc.List(call.args), named, meta, call.raw, call.context)
    if not well then error("call " .. number .. ": " .. tostring(result), 0) end
    out:insert(as_text(result, call.context))
  end
  io.write(pandoc.json.encode(out))
end
