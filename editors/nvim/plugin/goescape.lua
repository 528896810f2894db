if vim.g.loaded_goescape then return end
vim.g.loaded_goescape = true

local subcommands = { "doctor", "log", "restart", "why" }

vim.api.nvim_create_user_command(
  "Goescape",
  function(call) require("goescape").run(call.fargs[1] or "why") end,
  {
    nargs = "?",
    desc = "Why a Go value goes to the heap",
    complete = function(lead)
      return vim.tbl_filter(function(name) return vim.startswith(name, lead) end, subcommands)
    end,
  }
)

for _, name in ipairs(subcommands) do
  vim.keymap.set("n", ("<Plug>(goescape-%s)"):format(name), ("<Cmd>Goescape %s<CR>"):format(name))
end

vim.api.nvim_create_autocmd("FileType", {
  group = vim.api.nvim_create_augroup("goescape", {}),
  pattern = "go",
  once = true,
  callback = function() require("goescape").warn_when_missing() end,
})
