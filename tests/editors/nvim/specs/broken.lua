-- The package stops compiling: its findings stay and move along, the reason is told once; the repair ends that.
local host = dofile(vim.env.SPEC_HOST)

--- Returns the diagnostics of the current buffer with a rule's id.
local function with_code(code)
  return vim.iter(vim.diagnostic.get(0)):filter(function(found) return found.code == code end):totable()
end

host.run(function()
  host.attached()
  local line = host.expect(host.given.before).lnum
  vim.fn.append(line, "\tnot_there()")
  vim.cmd("silent write")
  host.wait(60, "the reason is told", function() return #with_code("stale") > 0 end)
  host.check(#with_code("stale") == 1, "once: %s", with_code("stale")[1].message)
  host.expect(host.given.before)

  vim.fn.deletebufline("%", line + 1)
  vim.fn.append(line, "\tprintln(list)")
  vim.cmd("silent write")
  host.wait(60, "the repair ends it", function() return #with_code("stale") == 0 end)
  host.expect(host.given.before)
end)
