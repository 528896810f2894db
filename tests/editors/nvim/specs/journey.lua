-- The main job: open, see why, read the story, take the fix, save, see it change.
local host = dofile(vim.env.SPEC_HOST)
local before, after = host.given.before, host.given.after

host.run(function()
  local client = host.attached()
  host.check(client.offset_encoding == "utf-8", "positions in utf-8")
  host.check(client.root_dir == host.given.project, "root is the module")

  local found = host.expect(before)
  host.check(found.message == "map escapes: returned from function", "message: %s", found.message)
  host.check(found.source == "goescape" and found.code == "returned", "source and rule")
  host.check(found.severity == vim.diagnostic.severity.INFO, "severity is information")

  host.go_to(before)
  vim.lsp.buf.hover()
  local story, window = host.float()
  host.check(story:find("returned", 1, true), "hover tells the cause")
  vim.api.nvim_win_close(window, true)

  local row = vim.api.nvim_win_get_cursor(0)[1]
  local seen = {}
  vim.lsp.buf.code_action({
    apply = true,
    filter = function(action)
      table.insert(seen, action.title)
      return action.title:find("len(list)", 1, true) ~= nil
    end,
  })
  host.wait(20, "quick fix applied", function() return vim.api.nvim_buf_get_lines(0, row - 1, row, true)[1]:find(after, 1, true) end)
  host.say("     offered: %s", table.concat(seen, " | "))

  vim.cmd("silent write")
  host.expect(after)
  host.check(not host.diagnostic(before), "the old diagnostic is gone")
  host.check(table.concat(vim.fn.readfile(host.path("main.go")), "\n"):find(after, 1, true), "the file on disk holds the edit")

  client:stop()
  host.wait(10, "the server stopped", function() return client:is_stopped() end)
end)
