-- The server is not installed: one message, nothing started, and the health check says what to do.
local host = dofile(vim.env.SPEC_HOST)

host.run(function()
  local told = host.listen()
  vim.g.goescape = { cmd = { "goescape-lsp-that-is-not-there" }, colour = "red" }
  vim.lsp.config("goescape", {})
  vim.cmd.edit(host.path("main.go"))
  vim.cmd.edit(host.path("words/words.go"))
  host.wait(5, "told", function() return #told > 0 end)
  local texts = vim.iter(told):map(function(one) return one.text end):join("\n")
  host.check(#told == 2, "each thing is told once:\n%s", texts)
  host.check(texts:find("install it with", 1, true), "the message says how to install")
  host.check(texts:find("colour is not an option", 1, true), "a wrong option is told")
  host.check(#vim.lsp.get_clients() == 0, "nothing was started")
  vim.cmd("Goescape why")
  host.check(told[#told].text:find("no server runs", 1, true), "why says that no server runs")

  vim.cmd("checkhealth goescape")
  host.check(host.shown():find("was not found", 1, true), "health names what is missing")
  host.check(host.shown():find("uv tool install goescape-lsp", 1, true), "health says how to install")
  host.check(host.shown():find("colour is not an option", 1, true), "health names the wrong option")
end)
