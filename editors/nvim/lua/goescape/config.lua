--- The options of `vim.g.goescape`, checked.
local M = {}

---@class goescape.Options What `vim.g.goescape` may hold; all of it is optional.
---@field cmd? string[] The server and its arguments; `{ "goescape-lsp" }` when not given.
---@field log_file? string Where the server writes its log; `:Goescape log` opens it.
---@field log_level? "debug"|"info"|"warning"|"error" How much it writes there.

local LEVELS = { "debug", "info", "warning", "error" }

---@param value any
---@return boolean
local function is_command(value)
  return vim.islist(value) and #value > 0 and vim.iter(value):all(function(word) return type(word) == "string" end)
end

---@param value any
---@return boolean
local function is_text(value) return type(value) == "string" and value ~= "" end

---@type table<string, { fits: (fun(value: any): boolean), expected: string }>
local KNOWN = {
  cmd = { fits = is_command, expected = 'a list of words, such as { "goescape-lsp" }' },
  log_file = { fits = is_text, expected = "the path of a file" },
  log_level = {
    fits = function(value) return vim.list_contains(LEVELS, value) end,
    expected = "one of " .. table.concat(LEVELS, ", "),
  },
}

--- Returns the options that are right and one sentence for each that is not.
---@return goescape.Options options
---@return string[] problems
function M.read()
  local given = vim.g.goescape
  if given == nil then return {}, {} end
  if type(given) ~= "table" or (vim.islist(given) and #given > 0) then
    return {}, { "vim.g.goescape must be a table of options" }
  end
  local options, problems = {}, {}
  for key, value in vim.spairs(given) do
    local known = KNOWN[key]
    if not known then
      table.insert(problems, ("vim.g.goescape.%s is not an option"):format(key))
    elseif known.fits(value) then
      options[key] = value
    else
      table.insert(problems, ("vim.g.goescape.%s must be %s"):format(key, known.expected))
    end
  end
  return options, problems
end

--- Returns the command that starts the server; tells once what is wrong in the options.
---@return string[]
function M.command()
  local options, problems = M.read()
  for _, problem in ipairs(problems) do
    vim.notify_once("goescape: " .. problem .. " (:help goescape-options)", vim.log.levels.WARN)
  end
  local command = vim.deepcopy(options.cmd or { "goescape-lsp" })
  if options.log_file then vim.list_extend(command, { "--log-file", vim.fs.normalize(options.log_file) }) end
  if options.log_level then vim.list_extend(command, { "--log-level", options.log_level }) end
  return command
end

--- Returns the program that `vim.lsp.config` would start, nil when the user gave a function.
---@return string?
function M.program()
  local command = (vim.lsp.config.goescape or {}).cmd
  return type(command) == "table" and command[1] or nil
end

return M
