-- `:Goescape` with its subcommands and completion.
local host = dofile(vim.env.SPEC_HOST)

local function complete(line) return table.concat(vim.fn.getcompletion(line, "cmdline"), " ") end

host.run(function()
  host.check(complete("Goescape ") == "doctor log restart why", "completes all: %s", complete("Goescape "))
  host.check(complete("Goescape re") == "restart", "completes a beginning")
  host.check(vim.fn.maparg("<Plug>(goescape-why)", "n") ~= "", "<Plug> maps are there")
  local client = host.attached()
  host.expect(host.given.before)

  host.go_to(host.given.before)
  local row = vim.api.nvim_win_get_cursor(0)[1]
  vim.cmd("Goescape why")
  local story, window, buffer = host.float()
  host.check(story:find("returned", 1, true), "why tells the cause")
  host.check(vim.bo[buffer].filetype == "markdown", "why is Markdown")
  vim.cmd("Goescape")
  host.wait(20, "a second call enters the float", function() return vim.api.nvim_get_current_win() == window end)
  local target = vim.fn.search("return counts", "w")
  host.check(target > 0 and not host.shown():find("file:", 1, true), "the steps are short")
  vim.api.nvim_feedkeys(vim.keycode("<CR>"), "xm", false)
  host.check(not vim.api.nvim_win_is_valid(window), "following a step closes the float")
  host.check(vim.api.nvim_get_current_line() == "\treturn counts", "and goes to its place")
  vim.api.nvim_feedkeys(vim.keycode("<C-o>"), "xn", false)
  host.check(vim.api.nvim_win_get_cursor(0)[1] == row, "CTRL-O comes back")

  vim.cmd("Goescape doctor")
  host.wait(60, "doctor opens a page", function() return vim.bo.buftype == "nofile" and vim.bo.filetype == "markdown" end)
  host.check(host.shown():find("[Gg]o"), "doctor speaks of Go")
  vim.api.nvim_feedkeys("q", "xm", false)
  host.check(vim.bo.filetype == "go", "q closes it")

  local log = host.given.project .. "-server.log"
  vim.g.goescape = { log_file = log, log_level = "debug" }
  vim.cmd("Goescape restart")
  host.wait(30, "another server runs", function()
    local new = host.client()
    return new and new.id ~= client.id and new.initialized
  end)
  host.check(client:is_stopped(), "the old one is gone")
  host.expect(host.given.before)

  client = assert(host.client())
  client:stop(true)
  host.wait(10, "no server runs", function() return not host.client() end)
  vim.cmd("Goescape restart")
  host.wait(30, "a server runs after a crash", function() return host.client() and host.client().initialized end)

  vim.cmd("Goescape log")
  host.check(vim.api.nvim_buf_get_name(0) == log, "log opens the file of the options")
  host.check(host.shown() ~= "" and not vim.bo.modifiable, "which the server writes")

  local told = host.listen()
  vim.cmd("Goescape nothing")
  host.check(told[1].text:find("doctor, log, restart, why", 1, true), "an unknown subcommand is told: %s", told[1].text)
  vim.g.goescape = nil
  vim.cmd("Goescape log")
  local name = vim.fs.basename(vim.api.nvim_buf_get_name(0))
  host.check(name == "lsp.log" or told[2].text:find("lsp.log", 1, true), "without one, Neovim's log")
end)
