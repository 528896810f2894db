--- Shows the server's Markdown: the story of a place in a float whose steps can be followed, other pages in a buffer.
local M = {}

local marks = vim.api.nvim_create_namespace("goescape-flow")

---@class goescape.Step Where a line of the story leads to.
---@field path string
---@field line integer from 1
---@field column integer byte column, from 1
---@field from integer first byte of the link's text in its line, from 0
---@field to integer the byte after its last

--- Takes the addresses out of the links: Neovim would wrap lines as if these were seen.
---@param markdown string[]
---@return string[] lines
---@return table<string, goescape.Step> steps by the text of their line
function M.read(markdown)
  local lines, steps = {}, {}
  for _, line in ipairs(markdown) do
    local before, text, uri, after = line:match("^(.-)%[([^%]]+)%]%((file:[^%s)]+)%)(.*)$")
    if before then
      local row, column = uri:match("#L(%d+),?(%d*)$")
      line = before .. text .. after
      steps[line] = {
        path = vim.uri_to_fname((uri:gsub("#.*$", ""))),
        line = tonumber(row) or 1,
        column = tonumber(column) or 1,
        from = #before,
        to = #before + #text,
      }
    end
    table.insert(lines, line)
  end
  return lines, steps
end

--- Goes to where a step happens, and leaves a mark in the jump list.
---@param step goescape.Step
local function go_to(step)
  vim.cmd.normal({ "m'", bang = true })
  local buffer = vim.fn.bufadd(step.path)
  vim.bo[buffer].buflisted = true
  vim.api.nvim_win_set_buf(0, buffer)
  vim.api.nvim_win_set_cursor(0, { math.min(step.line, vim.api.nvim_buf_line_count(buffer)), step.column - 1 })
  vim.cmd.normal({ "zv", bang = true })
end

--- Opens a float at the cursor; `<CR>` on a step goes there. A second call enters the float.
---@param markdown string
local function open_float(markdown)
  local lines, steps = M.read(vim.split(vim.trim(markdown), "\n", { plain = true }))
  local buffer, window = vim.lsp.util.open_floating_preview(lines, "markdown", {
    focus_id = "goescape-why",
    max_width = math.min(100, vim.o.columns - 4),
  })
  if not buffer or not window then return end
  for row, line in ipairs(vim.api.nvim_buf_get_lines(buffer, 0, -1, false)) do
    local step = steps[line]
    local mark = step and { end_col = step.to, hl_group = "@markup.link" }
    if step and mark then vim.api.nvim_buf_set_extmark(buffer, marks, row - 1, step.from, mark) end
  end
  vim.keymap.set("n", "<CR>", function()
    local step = steps[vim.api.nvim_get_current_line()]
    if not step then return end
    vim.api.nvim_win_close(window, true)
    go_to(step)
  end, { buffer = buffer, desc = "Go to this step" })
end

--- Asks the server why the value under the cursor goes to the heap, and shows the answer.
function M.show()
  local goescape = require("goescape")
  local client = goescape.client(0)
  if not client then return end
  local at = vim.lsp.util.make_position_params(0, client.offset_encoding)
  goescape.ask(client, "goescape.server.why", { at.textDocument.uri, at.position }, open_float)
end

--- Shows Markdown in a split of its own; `q` closes it.
---@param markdown string
function M.page(markdown)
  local buffer = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, vim.split(vim.trim(markdown), "\n", { plain = true }))
  vim.bo[buffer].filetype, vim.bo[buffer].modifiable, vim.bo[buffer].bufhidden = "markdown", false, "wipe"
  vim.cmd.split()
  vim.api.nvim_win_set_buf(0, buffer)
  vim.keymap.set("n", "q", "<Cmd>close<CR>", { buffer = buffer, desc = "Close" })
end

return M
