-- A jump into a downloaded module does not start a server of its own; another module does.
local host = dofile(vim.env.SPEC_HOST)

--- Makes a module with one file and returns the path of that.
local function module(folder)
  vim.fn.mkdir(folder, "p")
  vim.fn.writefile({ "module example.com/other", "", "go 1.21" }, vim.fs.joinpath(folder, "go.mod"))
  local path = vim.fs.joinpath(folder, "other.go")
  vim.fn.writefile({ "package other", "", "func New() *int {", "\tother := 1", "\treturn &other", "}" }, path)
  return path
end

local function servers() return #vim.lsp.get_clients({ name = "goescape" }) end

host.run(function()
  local first = host.attached()
  vim.cmd.edit(module(host.given.project .. "-cache/pkg/mod/example.com/other@v1.0.0"))
  host.wait(10, "joins the server that runs", function() return first.attached_buffers[vim.api.nvim_get_current_buf()] end)
  host.check(servers() == 1, "one server")
  vim.cmd.edit(module(host.given.project .. "-other"))
  host.wait(30, "another module has a server of its own", function() return servers() == 2 end)
  host.expect("other")
end)
