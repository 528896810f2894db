-- The help has tags, and every link in it leads somewhere.
local host = dofile(vim.env.SPEC_HOST)

host.run(function()
  vim.cmd.helptags(vim.fs.joinpath(host.given.folder, "doc"))
  for _, topic in ipairs({ "goescape", ":Goescape-why", "g:goescape", "goescape-setting-go.path" }) do
    vim.cmd.help(topic)
    host.check(vim.fs.basename(vim.api.nvim_buf_get_name(0)) == "goescape.txt", "help on %s", topic)
  end
  for link in host.shown():gmatch("|([^|%s]+)|") do
    host.check(pcall(vim.cmd.help, link), "link to %s", link)
    vim.cmd.help("goescape")
  end
  for number, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    if vim.fn.strdisplaywidth(line) > 78 then error(("FAIL line %d is too long"):format(number)) end
  end
end)
