---@type vim.lsp.Config
return {
  cmd = require("goescape.config").command(),
  filetypes = { "go" },
  root_markers = { "go.work", "go.mod", ".git" },
  root_dir = function(buffer, on_dir) require("goescape").find_root(buffer, on_dir) end,
  -- An empty Lua table would be sent as a list.
  settings = { goescape = vim.empty_dict() },
}
