--- The client's side of goescape: where a server starts, and the `:Goescape` command.
local M = {}

local config = require("goescape.config")
local INSTALL = "install it with `uv tool install goescape-lsp` or `pipx install goescape-lsp` (:checkhealth goescape)"

---@param text string
---@param level? vim.log.levels
function M.tell(text, level) vim.notify("goescape: " .. text, level or vim.log.levels.INFO) end

--- Returns the server of a buffer; tells the user when there is none.
---@param buffer integer
---@return vim.lsp.Client?
function M.client(buffer)
  local client = vim.lsp.get_clients({ bufnr = buffer, name = "goescape" })[1]
  if not client then M.tell("no server runs for this file (:checkhealth goescape)", vim.log.levels.WARN) end
  return client
end

--- Asks the server to run one of its commands and hands on the Markdown that it answers with, when there is any.
---@param client vim.lsp.Client
---@param command "goescape.server.why"|"goescape.server.doctor"
---@param arguments any[]
---@param show fun(markdown: string)
function M.ask(client, command, arguments, show)
  client:request("workspace/executeCommand", { command = command, arguments = arguments }, function(failure, answer)
    if failure then
      M.tell(failure.message, vim.log.levels.WARN)
    elseif type(answer) == "string" and answer ~= "" then
      show(answer)
    else
      M.tell("nothing is known about this place")
    end
  end)
end

--- Says whether a file belongs to the toolchain or to a module that was only downloaded.
---@param path string
---@return boolean
local function is_library(path)
  if path:find("/pkg/mod/.*@") then return true end
  local roots = { vim.env.GOMODCACHE or "", vim.env.GOROOT or "" }
  return vim.iter(roots):any(function(root) return root ~= "" and vim.fs.relpath(root, path) ~= nil end)
end

--- Tells how to install the server when its program is missing; Neovim itself only writes that into its log.
function M.warn_when_missing()
  local enabled = not vim.lsp.is_enabled or vim.lsp.is_enabled("goescape")
  local program = enabled and config.program()
  if program and vim.fn.executable(program) == 0 then
    M.tell(("`%s` was not found: %s"):format(program, INSTALL), vim.log.levels.WARN)
  end
end

--- Decides the root of a buffer, as `root_dir` of |vim.lsp.Config|.
--- A library's file, reached by a jump, joins the server that runs already.
---@param buffer integer
---@param on_dir fun(root?: string)
function M.find_root(buffer, on_dir)
  local running = vim.lsp.get_clients({ name = "goescape" })
  if #running > 0 and is_library(vim.fs.normalize(vim.api.nvim_buf_get_name(buffer))) then
    return on_dir(running[#running].root_dir)
  end
  for _, marker in ipairs(vim.lsp.config.goescape.root_markers or {}) do
    local root = vim.fs.root(buffer, marker)
    if root then return on_dir(root) end
  end
  on_dir(nil)
end

local subcommands = {}

function subcommands.why() require("goescape.flow").show() end

function subcommands.doctor()
  local client = M.client(0)
  if client then M.ask(client, "goescape.server.doctor", {}, require("goescape.flow").page) end
end

function subcommands.log()
  local path = config.read().log_file or require("vim.lsp.log").get_filename()
  if not vim.uv.fs_stat(path) then return M.tell("nothing was logged yet: " .. path) end
  vim.cmd.tabedit(vim.fn.fnameescape(path))
  vim.bo.autoread, vim.bo.modifiable = true, false
  vim.cmd.normal({ "G", bang = true })
end

function subcommands.restart() require("goescape.restart").all() end

--- Runs one subcommand of `:Goescape`.
---@param name string
function M.run(name)
  local subcommand = subcommands[name]
  if subcommand then return subcommand() end
  M.tell(("no subcommand `%s`: doctor, log, restart, why"):format(name), vim.log.levels.ERROR)
end

return M
