-- What all specs share: run inside a headless Neovim that was started as a user's, wait on events, say what was seen.
local host = {}

---@type { project: string, cause: string, before: string, after: string, folder: string }
host.given = vim.json.decode(vim.env.SPEC)

---@param name string
function host.path(name) return vim.fs.joinpath(host.given.project, name) end

function host.say(...) io.stdout:write(string.format(...), "\n") end

--- Ends the spec unless `fine`.
function host.check(fine, what, ...)
  local text = string.format(what, ...)
  if not fine then error("FAIL " .. text, 2) end
  host.say("ok   %s", text)
end

--- Ends the spec unless `condition` holds in time; polls Neovim's loop, where every event is handled.
---@param seconds integer
---@param what string
---@param condition fun(): any
function host.wait(seconds, what, condition)
  if not vim.wait(seconds * 1000, condition, 10) then error("FAIL in time: " .. what, 2) end
  host.say("ok   %s", what)
end

---@return vim.lsp.Client?
function host.client() return vim.lsp.get_clients({ name = "goescape" })[1] end

function host.attached()
  host.wait(30, "attached", function()
    local client = host.client()
    return client and client.initialized and next(client.attached_buffers) ~= nil
  end)
  return assert(host.client())
end

--- Returns the text under a diagnostic: right only when both ends of the range are, whatever the position encoding.
---@param found vim.Diagnostic
function host.text_of(found)
  return table.concat(vim.api.nvim_buf_get_text(found.bufnr, found.lnum, found.col, found.end_lnum, found.end_col, {}), "\n")
end

--- Returns the diagnostic of the current buffer whose range covers exactly `text`.
---@param text string
---@return vim.Diagnostic?
function host.diagnostic(text)
  return vim.iter(vim.diagnostic.get(0)):find(function(found) return host.text_of(found) == text end)
end

--- Waits for the diagnostic whose range covers exactly `text`, and returns it.
---@param text string
---@return vim.Diagnostic
function host.expect(text)
  local found
  vim.wait(60000, function()
    found = host.diagnostic(text)
    return found ~= nil
  end, 10)
  if not found then
    for _, other in ipairs(vim.diagnostic.get(0)) do
      host.say("     %d:%d %q %s", other.lnum + 1, other.col + 1, host.text_of(other), other.message)
    end
    error("FAIL no diagnostic on " .. text, 2)
  end
  host.say("ok   %d:%d %s: %s", found.lnum + 1, found.col + 1, text, found.message)
  return found
end

--- Puts the cursor on the first place of `text`.
function host.go_to(text)
  local line = vim.fn.search([[\V]] .. vim.fn.escape(text, "\\"), "cw")
  host.check(line > 0, "cursor on %s", text)
end

--- Waits for a float and returns its text, window and buffer.
function host.float()
  local function window()
    return vim.iter(vim.api.nvim_list_wins()):find(function(w) return vim.api.nvim_win_get_config(w).relative ~= "" end)
  end
  host.wait(20, "float", window)
  local buffer = vim.api.nvim_win_get_buf(window())
  return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), "\n"), window(), buffer
end

--- Returns the text of the current buffer.
function host.shown() return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n") end

--- Collects what the user is told from now on.
---@return { text: string, level: integer }[]
function host.listen()
  local told = {}
  local function hear(text, level) table.insert(told, { text = text, level = level }) end
  vim.notify = hear
  vim.notify_once = function(text, level)
    if not vim.iter(told):any(function(other) return other.text == text end) then hear(text, level) end
  end
  vim.lsp.handlers["window/showMessage"] = function(_, message) hear(message.message, message.type) end
  return told
end

--- Runs a spec, stops the servers and leaves with its result.
---@param spec fun()
function host.run(spec)
  local fine, failure = xpcall(spec, function(text) return text .. "\n" .. debug.traceback() end)
  if not fine then host.say("%s", failure) end
  for _, client in ipairs(vim.lsp.get_clients()) do
    client:stop()
    fine = vim.wait(10000, function() return client:is_stopped() end, 10) and fine
  end
  io.stdout:flush()
  vim.cmd((fine and 0 or 1) .. "cquit!")
end

return host
