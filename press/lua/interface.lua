-- Quarto's Lua API for filters and shortcodes, as far as the press supports it.
-- Returns a function that takes the facts of a chapter, sets the globals and runs a script.

-- Anything that the press does not support raises an error with its name, rather than do nothing.
local function closed(name, fields)
  return setmetatable(fields, {
    __index = function(_, key)
      error("the press has no " .. name .. "." .. tostring(key), 2)
    end,
  })
end

local HTML = { html = true, html4 = true, html5 = true, ["html:js"] = true }

return function(facts)
  FORMAT = facts.base
  PANDOC_SCRIPT_FILE = facts.script
  local folder = pandoc.path.directory(facts.script)
  package.path = folder .. "/?.lua;" .. folder .. "/?/init.lua;" .. package.path

  local function note(record)
    local file = assert(io.open(facts.notes, "a"))
    file:write(pandoc.json.encode(record), "\n")
    file:close()
  end

  -- File names are relative to the folder of the script.
  local function named(given)
    local out = {}
    for _, item in ipairs(given or {}) do
      local path = type(item) == "table" and item.path or item
      local name = type(item) == "table" and item.name or pandoc.path.filename(path)
      local after = type(item) == "table" and item.afterBody or false
      local attributes = type(item) == "table" and item.attribs or nil
      table.insert(out, {
        path = pandoc.path.join({ folder, path }), given = path, name = name, after = after,
        attributes = attributes,
      })
    end
    return out
  end

  local function is_format(wanted)
    if facts.base == "html" then return HTML[wanted] or false end
    return wanted == "typst"
  end

  local function say(level)
    return function(...)
      local words = {}
      for _, word in ipairs({ ... }) do table.insert(words, tostring(word)) end
      note({ kind = "said", level = level, text = table.concat(words, " ") })
    end
  end

  local doc = closed("quarto.doc", {
    is_format = is_format,
    isFormat = is_format,
    has_bootstrap = function() return false end,
    cite_method = function() return "citeproc" end,
    pdf_engine = function() return "typst" end,
    input_file = facts.input,
    output_file = facts.output,
    project_output_file = function() return facts.output end,
    add_html_dependency = function(given)
      note({
        kind = "dependency", name = given.name, version = given.version or "",
        scripts = named(given.scripts), stylesheets = named(given.stylesheets),
        resources = named(given.resources), head = given.head or "",
      })
    end,
    addHtmlDependency = nil,
    include_text = function(location, text)
      note({ kind = "text", location = location, text = text })
    end,
    include_file = function(location, path)
      local file = assert(io.open(pandoc.path.join({ folder, path })))
      note({ kind = "text", location = location, text = file:read("a") })
      file:close()
    end,
    -- Files that a chapter refers to are copied without being registered here.
    add_resource = function() end,
    add_supporting = function() end,
    add_format_resource = function() end,
    use_latex_package = function() end,
  })
  rawset(doc, "addHtmlDependency", doc.add_html_dependency)
  rawset(doc, "includeText", doc.include_text)
  rawset(doc, "includeFile", doc.include_file)

  local function inlines(text)
    return pandoc.utils.blocks_to_inlines(pandoc.read(text, "markdown").blocks)
  end

  quarto = closed("quarto", {
    format = closed("quarto.format", {
      is_html_output = function() return facts.base == "html" end,
      is_typst_output = function() return facts.base == "typst" end,
      is_latex_output = function() return false end,
      is_pdf_output = function() return false end,
      is_docx_output = function() return false end,
      is_epub_output = function() return false end,
      is_revealjs_output = function() return false end,
      is_format = is_format,
      isFormat = is_format,
    }),
    doc = doc,
    project = closed("quarto.project", {
      directory = facts.project, offset = facts.offset, output_directory = facts.project,
      profile = pandoc.List({}),
    }),
    utils = closed("quarto.utils", {
      resolve_path = function(path) return pandoc.path.join({ folder, path }) end,
      resolve_path_relative_to_document = function(path) return path end,
      string_to_blocks = function(text) return pandoc.read(text, "markdown").blocks end,
      string_to_inlines = inlines,
      as_inlines = function(given)
        return pandoc.utils.type(given) == "Blocks" and pandoc.utils.blocks_to_inlines(given)
          or pandoc.Inlines(given or {})
      end,
      as_blocks = function(given) return pandoc.Blocks(given or {}) end,
      type = pandoc.utils.type,
      dump = say("output"),
    }),
    log = closed("quarto.log", {
      output = say("output"), info = say("info"), debug = say("debug"), trace = say("debug"),
      warning = say("warning"), error = say("warning"), temp = say("debug"),
    }),
    json = closed("quarto.json", { encode = pandoc.json.encode, decode = pandoc.json.decode }),
    metadata = closed("quarto.metadata", {
      get = function(key) return facts.metadata and facts.metadata[key] end,
    }),
    shortcode = closed("quarto.shortcode", {
      read_arg = function(args, n) return args[n or 1] end,
      error_output = function(name, message)
        error(name .. ": " .. (type(message) == "table" and table.concat(message, " ") or message))
      end,
    }),
    version = pandoc.types.Version("1.10.18"),
  })

  -- The chunk name sets the path in error messages, which Lua would truncate if it were long.
  local file = assert(io.open(facts.script))
  local script = assert(load(file:read("a"), "@" .. facts.shown))
  file:close()
  return script()
end
