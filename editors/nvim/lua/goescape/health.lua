--- `:checkhealth goescape`: what is there, what is missing, and what to do about it.
local M = {}

local health = vim.health

local function check_editor()
  health.start("goescape: Neovim")
  local version = tostring(vim.version())
  if vim.fn.has("nvim-0.11") == 0 then
    health.error("Neovim " .. version .. " is too old", "install Neovim 0.11 or later")
    return false
  end
  health.ok("Neovim " .. version)
  return true
end

--- Runs a program and returns the first line that it prints, nil when it does not run.
---@param command string[]
---@return string?
local function first_line(command)
  local started, process = pcall(vim.system, command, { text = true, timeout = 20000 })
  if not started then return nil end
  local done = process:wait()
  return done.code == 0 and vim.split(vim.trim(done.stdout), "\n")[1] or nil
end

local function check_options()
  local _, problems = require("goescape.config").read()
  for _, problem in ipairs(problems) do
    health.warn(problem, "see :help goescape-options")
  end
  if #problems == 0 then health.ok("vim.g.goescape is in order") end
end

local function check_server()
  health.start("goescape: server")
  check_options()
  local config = vim.lsp.config.goescape
  if not config then return health.error("no lsp/goescape.lua on 'runtimepath'", "see :help goescape-install") end
  if vim.lsp.is_enabled and not vim.lsp.is_enabled("goescape") then
    health.warn("not enabled", 'add to init.lua: vim.lsp.enable("goescape")')
  end
  local program = require("goescape.config").program()
  if not program then return health.info("the command is a function: not checked") end
  local path = vim.fn.exepath(program)
  if path == "" then
    return health.error(("`%s` was not found"):format(program), {
      "install it: uv tool install goescape-lsp, or pipx install goescape-lsp",
      'or say where it is: vim.g.goescape = { cmd = { "/path/to/goescape-lsp" } }',
    })
  end
  local version = first_line({ path, "--version" })
  if version then
    health.ok(("%s (%s)"):format(version, path))
  else
    health.error(path .. " does not run", ("try it in a shell: %s --version"):format(program))
  end
end

local function check_go()
  health.start("goescape: Go")
  local path = vim.fn.exepath("go")
  local version = path ~= "" and first_line({ path, "version" })
  if version then return health.ok(("%s (%s)"):format(version, path)) end
  health.info("no `go` on PATH; the server also looks elsewhere: `:Goescape doctor` in a Go file says what it found")
end

local function check_clients()
  health.start("goescape: running")
  local clients = vim.lsp.get_clients({ name = "goescape" })
  for _, client in ipairs(clients) do
    local info = client.server_info or {}
    health.ok(
      ("client %d: version %s, root %s, buffers: %d, positions in %s"):format(
        client.id,
        info.version or "unknown",
        client.root_dir or "none",
        vim.tbl_count(client.attached_buffers),
        client.offset_encoding
      )
    )
  end
  if #clients == 0 then health.info("no server runs: it starts with the first Go file") end
end

--- Writes the report.
function M.check()
  if not check_editor() then return end
  check_server()
  check_go()
  check_clients()
end

return M
