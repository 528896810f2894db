-- Hints and lenses stand where they belong on lines with Chinese text and emoji; a click on a lens shows the story.
local host = dofile(vim.env.SPEC_HOST)

--- Says whether a hint stands behind `before`; what is drawn of it, the test with a terminal sees.
local function shows(label, before)
  return vim.iter(vim.lsp.inlay_hint.get({ bufnr = 0 })):any(function(one)
    local at = one.inlay_hint.position
    local line = vim.api.nvim_buf_get_lines(0, at.line, at.line + 1, true)[1]
    return one.inlay_hint.label == label and vim.endswith(line:sub(1, at.character), before)
  end)
end

host.run(function()
  vim.lsp.config("goescape", { settings = { goescape = { codeLens = true } } })
  vim.cmd.edit(host.path("grid.go"))
  host.attached()
  host.expect("&Cell{X: x, Y: y}")
  vim.lsp.inlay_hint.enable(true)
  host.wait(30, "size behind the expression", function() return shows("heap 24 B", "/* 单元格 🚀 */ cell := &Cell{X: x, Y: y}") end)
  host.wait(30, "contract behind the parameter", function() return shows("to heap", "/* 名称 🚀 */ name") end)

  if vim.lsp.codelens.enable then vim.lsp.codelens.enable(true) else vim.lsp.codelens.refresh() end
  local function lens()
    return vim.iter(vim.lsp.codelens.get(vim.fn.has("nvim-0.12") == 1 and { bufnr = 0 } or 0)):map(function(one)
      return one.lens or one
    end):find(function(one) return one.command and one.command.title:find("not inlined: cost %d+ > 80, costs 1 allocation") end)
  end
  host.wait(30, "lens with the inlining that decides", lens)
  local range = lens().range
  local text = vim.api.nvim_buf_get_text(0, range.start.line, range.start.character, range["end"].line, range["end"].character, {})
  host.check(text[1] == "NewCell", "the lens belongs to %s", text[1])
  vim.api.nvim_win_set_cursor(0, { range.start.line + 1, range.start.character })
  vim.lsp.codelens.run()
  host.wait(30, "a click on the lens shows the story", function()
    return host.shown():find("Not inlined into its callers", 1, true)
  end)
end)
