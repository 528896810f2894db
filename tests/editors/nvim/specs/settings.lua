-- Settings reach the server: from `vim.lsp.config` before it starts, and when they change while it runs.
local host = dofile(vim.env.SPEC_HOST)

host.run(function()
  local told = host.listen()
  local given = { severity = { returned = "warning" }, locale = "zh-cn", go = { flags = {}, env = {} } }
  vim.lsp.config("goescape", { settings = { goescape = given } })
  vim.cmd.edit(host.path("main.go"))
  local client = host.attached()
  local found = host.expect(host.given.before)
  host.check(found.severity == vim.diagnostic.severity.WARN, "the severity of the settings")
  host.check(found.message:find("逃逸", 1, true), "the language of the settings: %s", found.message)

  client.settings = { goescape = { severity = { returned = "error" }, locale = "en" } }
  client:notify("workspace/didChangeConfiguration", { settings = client.settings })
  host.wait(60, "changed settings are in force", function()
    local now = host.diagnostic(host.given.before)
    return now and now.severity == vim.diagnostic.severity.ERROR and now.message:find("escapes", 1, true)
  end)
  host.check(#told == 0, "no message to the user: %s", vim.inspect(told))

  client:notify("workspace/didChangeConfiguration", { settings = { goescape = { colour = "red" } } })
  host.wait(20, "an unknown setting is told", function() return told[1] and told[1].text:find("colour", 1, true) end)
  host.say("     %s", told[1].text)
end)
