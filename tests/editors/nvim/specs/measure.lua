-- How long a save takes until its diagnostic is there: each save adds a function with a value that goes to the heap.
local host = dofile(vim.env.SPEC_HOST)
local SAVES = 6

--- Returns milliseconds since `start`.
local function since(start) return math.floor((vim.uv.hrtime() - start) / 1e6) end

host.run(function()
  local start = vim.uv.hrtime()
  vim.cmd.edit(vim.fn.fnameescape(host.path(host.given.file)))
  host.attached()
  host.say("attached: %d ms", since(start))
  host.wait(200, "first diagnostics", function() return #vim.diagnostic.get(0) > 0 end)
  host.say("open to first diagnostics: %d ms", since(start))
  for number = 1, SAVES do
    local name = "saved" .. number
    vim.fn.append("$", { "", ("func new%s() *int {"):format(name), ("\t%s := %d"):format(name, number), ("\treturn &%s"):format(name), "}" })
    start = vim.uv.hrtime()
    vim.cmd("silent write")
    host.wait(200, "diagnostic on " .. name, function() return host.diagnostic(name) end)
    host.say("save to diagnostic: %d ms", since(start))
  end
end)
