-- All is well: the health check says so and names versions and root.
local host = dofile(vim.env.SPEC_HOST)

host.run(function()
  host.attached()
  vim.cmd("checkhealth goescape")
  local report = host.shown()
  host.say("%s", report)
  host.check(not report:find("ERROR", 1, true) and not report:find("WARNING", 1, true), "no error, no warning")
  host.check(report:find("goescape%-lsp %d+%.%d+"), "the server's version")
  host.check(report:find(host.given.project, 1, true), "the root")
end)
